// Buttons and radio buttons that carry data-act tell the program what was done, with all else that they carry, and
// which photo it is about: a program that was started anew knows only what it is told. This tab alone remembers that.
const MEMORY = 'open-the-eyes';
const remembered = () => JSON.parse(sessionStorage.getItem(MEMORY) ?? 'null');
const tell = (data) => trigger('act', { ...data, memory: remembered() });
// From then on until there is an answer, what was pressed is seen to be at it, wherever it stands: over a slow network
// who sees nothing come of it presses again, which would undo it. Such a press is none.
const BUSY = 'aria-busy', LONGEST_MS = 60000;
const isBusy = (one) => one.getAttribute(BUSY) === 'true';
const busy = (one) => {
  const { act, face } = one.dataset;
  const same = face ? document.querySelectorAll(`button[data-act="${act}"][data-face="${face}"]`) : [];
  const marked = new Set([one, ...same]);
  for (const each of marked) each.setAttribute(BUSY, 'true');
  const over = () => {
    clearTimeout(late);
    document.removeEventListener('ote-answered', over);
    for (const each of marked) each.removeAttribute(BUSY);
  };
  const late = setTimeout(over, LONGEST_MS);
  document.addEventListener('ote-answered', over);
};
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button || button.getAttribute('aria-disabled') === 'true' || isBusy(button)) return;
  tell({ ...button.dataset });
  busy(button);
});
element.addEventListener('change', (event) => {
  const input = event.target.closest('input[data-act]');
  if (!input) return;
  tell({ ...input.dataset });
  busy(input.closest('label'));
});
// A face on the photo that seems open is shown in the list, where a second press opens it: a slip of a finger must not.
element.addEventListener('click', (event) => {
  const face = event.target.closest('button[data-show]')?.dataset.show;
  const card = face && document.querySelector(`.ote-fold .ote-card[data-act=anyway][data-face="${face}"]`);
  if (!card) return;
  const fold = card.closest('.ote-fold');
  if (!fold.open) fold.querySelector('summary').click();
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
});
// A button that goes away with the focus would leave it nowhere: it goes on to the line that says where things stand.
let focused = null;
element.addEventListener('focusin', (event) => { focused = event.target; });
watch('value', () => {
  if (focused?.isConnected !== false) return;
  focused = null;
  if (document.activeElement === document.body) document.querySelector('.ote-standing p')?.focus({ preventScroll: true });
});
// What is drawn anew sets attributes; a radio button that somebody has touched listens to its property alone.
watch('value', () => {
  for (const input of element.querySelectorAll('input[type=radio]')) input.checked = input.hasAttribute('checked');
});
// Whether a fold is open is as it was drawn, until somebody opens or closes it: from then on it stays so for this photo.
const wanted = new Map();
element.addEventListener('click', (event) => {
  const fold = event.target.closest('summary')?.parentElement;
  if (fold) wanted.set(fold.dataset.fold, !fold.open);
});
watch('value', () => {
  const folds = [...element.querySelectorAll('.ote-fold')];
  if (!folds.length) wanted.clear();
  for (const fold of folds) fold.open = wanted.get(fold.dataset.fold) ?? fold.open;
});
