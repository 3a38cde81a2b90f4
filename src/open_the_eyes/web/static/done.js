// A file that was asked for is fetched when it is ready; the link stays for a second time.
let fetched = '';
watch('value', () => {
  const ready = element.querySelector('[data-fetch]');
  if (!ready || ready.dataset.fetch === fetched) return;
  fetched = ready.dataset.fetch;
  ready.querySelector('a.file').click();
  ready.scrollIntoView({ block: 'nearest' });
});
