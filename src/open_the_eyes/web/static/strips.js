// Whether the fold is open is as it was drawn, until somebody opens or closes it: from then on it stays so for this photo.
let wanted = null;
element.addEventListener('click', (event) => {
  const fold = event.target.closest('summary')?.parentElement;
  if (fold) wanted = !fold.open;
});
watch('value', () => {
  const fold = element.querySelector('.ote-fold');
  if (!fold) wanted = null;
  else if (wanted !== null) fold.open = wanted;
});
