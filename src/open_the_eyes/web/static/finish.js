// A file that is ready is fetched once more where its button is pressed again: to make it anew would give the same one.
// Where it is gone, as when another tab has deleted the photo, the program is asked, which says so.
element.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-again]');
  const link = button && document.querySelector('.ote-done a.file');
  if (!link) return;
  event.stopImmediatePropagation();
  const job = link.getAttribute('href').split('/')[2];
  const isThere = await fetch(`/v1/jobs/${job}`).then(({ ok }) => ok, () => false);
  if (isThere) link.click();
  else tell({ ...button.dataset });
}, true);
