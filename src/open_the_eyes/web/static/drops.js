// While a file is dragged over the page, what it becomes where it is dropped lies over all of it.
const over = (on) => element.querySelector('.ote-zones')?.classList.toggle('shown', on);
let isOurs = false; // a picture of the page itself is dragged: that is no new one
document.addEventListener('dragstart', () => { isOurs = true; });
document.addEventListener('dragend', () => { isOurs = false; });
const isFile = ({ dataTransfer }) => !isOurs && [...dataTransfer.types].includes('Files');
const zoneAt = ({ target }) => target.closest?.('.ote-zones .zone');
document.addEventListener('dragover', (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  document.querySelector('#ote-large')?.close(); // it would lie over what is said
  over(true);
  const under = zoneAt(event);
  for (const zone of element.querySelectorAll('.zone')) zone.classList.toggle('under', zone === under);
});
document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) over(false); });
document.addEventListener('drop', (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  const zones = element.querySelectorAll('.zone');
  const zone = zoneAt(event) ?? (zones.length === 1 ? zones[0] : null);
  over(false);
  if (!zone) return; // between two: it is not known what was meant
  // a folder comes as a file that cannot be read
  if ([...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)) return refuse('folder', '');
  send(event.dataTransfer.files, zone.dataset.drop === 'shots');
});
