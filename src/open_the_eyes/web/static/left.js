// The photo that was just left can be come back to for a moment. At its end the page has it deleted; where the page is
// gone by then, the program does it by itself.
const SAID_MS = 100;
const sayLeft = () => setTimeout(() => { // what was drawn with its words in it, a screen reader does not say
  const line = element.querySelector('.deleted'), left = element.querySelector('.ote-left');
  const words = left?.dataset.said ?? 'Deleted. Choose the next photo.';
  if (line && line.textContent !== words && !document.querySelector('.ote-notice')) line.textContent = words;
}, SAID_MS);
const tellOfLeft = (act) => {
  const left = element.querySelector('.ote-left');
  if (left) trigger('act', { act, memory: JSON.parse(left.dataset.memory) });
};
let ending, ends = null, wasDeleted = false; // of which photo the end is near
element.addEventListener('click', (event) => {
  const act = event.target.closest('.ote-left button')?.dataset.act;
  if (!act) return;
  event.stopImmediatePropagation(); // the tab itself remembers it no more
  clearTimeout(ending);
  ends = null; // from its next drawing on, if it is still left then
  wasDeleted = act === 'delete';
  tellOfLeft(act);
}, true);
watch('value', () => {
  const left = element.querySelector('.ote-left');
  if (left) {
    sessionStorage.removeItem(MEMORY); // or a page that is loaded again would open what is about to go
    sayLeft();
    if (ends !== left.dataset.memory) {
      clearTimeout(ending);
      ending = setTimeout(() => { wasDeleted = true; tellOfLeft('delete'); }, 1000 * Number(left.dataset.seconds));
    }
  } else {
    clearTimeout(ending);
    if (wasDeleted && element.querySelector('.ote-drop')) {
      if (document.activeElement === document.body) element.querySelector('#ote-files').focus();
      sayLeft();
    }
    wasDeleted = false;
  }
  ends = left?.dataset.memory ?? null;
});
