// Buttons and radio buttons that carry data-act tell the program what was done, with all else that they carry.
const tell = (data) => trigger('act', data);
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
