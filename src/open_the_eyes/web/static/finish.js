// A file that is ready is fetched once more where its button is pressed again: to make it anew would give the same one.
element.addEventListener('click', (event) => {
  const link = event.target.closest('button[data-again]') && document.querySelector('.ote-done a.file');
  if (!link) return;
  event.stopImmediatePropagation();
  link.click();
}, true);
