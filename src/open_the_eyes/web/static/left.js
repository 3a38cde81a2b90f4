// The photo that was just left can be come back to for a moment. At its end the page has it deleted; where the page is
// gone by then, the program does it by itself.
const SAID_MS = 100;
const sayLeft = () => setTimeout(() => { // what was drawn with its words in it, a screen reader does not say
  const line = element.querySelector('.deleted'), left = element.querySelector('.ote-left');
  if (line && !document.querySelector('.ote-notice')) line.textContent = left?.dataset.said ?? 'Deleted. Choose the next photo.';
}, SAID_MS);
const tellOfLeft = (act) => {
  const left = element.querySelector('.ote-left');
  if (left) trigger('act', { act, memory: JSON.parse(left.dataset.memory) });
};
let ending, wasDeleted = false;
element.addEventListener('click', (event) => {
  const act = event.target.closest('.ote-left button')?.dataset.act;
  if (!act) return;
  event.stopImmediatePropagation(); // the tab itself remembers it no more
  wasDeleted = act === 'delete';
  tellOfLeft(act);
}, true);
watch('value', () => {
  clearTimeout(ending);
  const left = element.querySelector('.ote-left');
  if (left) ending = setTimeout(() => { wasDeleted = true; tellOfLeft('delete'); }, 1000 * Number(left.dataset.seconds));
  else if (wasDeleted && element.querySelector('.ote-drop')) {
    if (document.activeElement === document.body) element.querySelector('#ote-files').focus();
    sayLeft();
  }
  if (!left) wasDeleted = false;
});
