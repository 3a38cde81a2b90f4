// Buttons and radio buttons that carry data-act tell the program what was done, with all else that they carry, and
// which photo it is about: a program that was started anew knows only what it is told. This tab alone remembers that.
const MEMORY = 'open-the-eyes';
const remembered = () => JSON.parse(sessionStorage.getItem(MEMORY) ?? 'null');
const tell = (data) => trigger('act', { ...data, memory: remembered() });
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (button && !button.disabled) tell({ ...button.dataset });
});
element.addEventListener('change', (event) => {
  const input = event.target.closest('input[data-act]');
  if (input) tell({ ...input.dataset });
});
// What is drawn anew sets attributes; a radio button that somebody has touched listens to its property alone.
watch('value', () => {
  for (const input of element.querySelectorAll('input[type=radio]')) input.checked = input.hasAttribute('checked');
});
