// A file that was asked for is fetched when it is ready, and not once more when the page is loaded again: the link stays.
const FETCHED = 'open-the-eyes-fetched';
watch('value', () => {
  const ready = element.querySelector('[data-fetch]');
  if (!ready || ready.dataset.fetch === sessionStorage.getItem(FETCHED)) return;
  sessionStorage.setItem(FETCHED, ready.dataset.fetch);
  ready.querySelector('a.file').click();
  ready.scrollIntoView({ block: 'nearest' });
});
