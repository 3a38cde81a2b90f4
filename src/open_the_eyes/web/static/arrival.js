// Photos go straight to the service's own route, past Gradio's uploads; then the page is told which job they became.
const facts = () => JSON.parse(element.querySelector('[data-facts]').dataset.facts);
const say = (text, lost = false, busy = false) => {
  const line = element.querySelector('.sending');
  if (!line) return;
  line.textContent = text;
  line.classList.toggle('busy', busy); // something moves, since nobody knows how long it takes
  line.classList.toggle('lost', lost);
};
const MOST_NAMED = 12; // of files beyond those that can come at once
const refuse = (kind, detail, names = []) => { say(''); tell({ act: 'refused', kind, names, problem: { detail } }); };

let sending; // a photo that is dropped while another is on its way takes its place
const send = (files) => {
  if (!files.length) return;
  const { maxBytes, maxPhotos, tooLarge } = facts();
  const first = [...files].slice(0, maxPhotos), beyond = [...files].slice(maxPhotos);
  const photos = first.filter((file) => file.size <= maxBytes);
  if (!photos.length) return refuse('photo-too-large', tooLarge, [files[0].name]);
  if (element.querySelector('.ote-here') && !confirm(facts().instead)) return; // a slip of the hand must not delete it
  const problem = { type: 'urn:open-the-eyes:problem:photo-too-large', detail: tooLarge };
  const huge = first.filter((file) => !photos.includes(file)).map(({ name }) => ({ name, problem }));
  const named = beyond.slice(0, MOST_NAMED).map(({ name }) => name);
  const over = { names: named, count: beyond.length, most: maxPhotos };
  const form = new FormData();
  photos.forEach((photo, number) => form.append(number ? 'references' : 'photo', photo));
  sending?.abort();
  const request = sending = new XMLHttpRequest();
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) say(`Sending: ${Math.round((100 * event.loaded) / event.total)} %`);
  };
  request.upload.onload = () => say('Looking at the photo …', false, true);
  request.onerror = () => say(facts().lost, true); // here, since there may be no program to tell
  request.onload = () => {
    if (request !== sending) return;
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* what is no JSON is no answer of ours */ }
    const names = photos.map((photo) => photo.name);
    if (request.status === 202) {
      const out = answer.left_out.map(({ number, problem }) => ({ number, problem, name: names[number] }));
      const others = names.filter((_, number) => number !== answer.photo && !out.some((one) => one.number === number));
      const kept = [names[answer.photo], ...others]; // the one that is opened may be any of them
      tell({ act: 'arrived', job: answer.id, names: kept, left_out: [...huge, ...out], over });
    } else {
      say('');
      const seconds = Number(request.getResponseHeader('Retry-After')) || null;
      tell({ act: 'refused', problem: answer, seconds, names });
    }
  };
  request.open('POST', '/photos');
  request.send(form);
  say('Sending …');
};

element.addEventListener('change', (event) => {
  if (event.target.type === 'file') { send(event.target.files); event.target.value = ''; }
});
document.addEventListener('click', () => { if (element.querySelector('.sending.lost')) say(''); });
const over = (on) => document.body.classList.toggle('ote-over', on);
document.addEventListener('dragover', (event) => { event.preventDefault(); over(true); });
document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) over(false); });
document.addEventListener('drop', (event) => {
  event.preventDefault();
  over(false);
  // a folder comes as a file that cannot be read
  if ([...event.dataTransfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)) return refuse('folder', '');
  send(event.dataTransfer.files);
});
document.addEventListener('paste', (event) => { if (event.clipboardData.files.length) send(event.clipboardData.files); });

// A page that is loaded again goes on with its photo, and a program that was started anew with what is seen of it.
// It forgets that photo when it was deleted, and not when that was asked: there may be no program that does it.
const TWICE_MS = 10000, SAID_MS = 100;
let asked = 0;
element.addEventListener('click', (event) => {
  if (!event.target.closest('[data-act=anew]')) return;
  if (Date.now() - asked < TWICE_MS) event.stopImmediatePropagation(); // it is on its way
  else asked = Date.now();
}, true);
watch('value', () => {
  const here = element.querySelector('.ote-here');
  if (here) sessionStorage.setItem(MEMORY, here.dataset.memory);
  else if (asked) {
    sessionStorage.removeItem(MEMORY);
    element.querySelector('input').focus(); // the button that was pressed is gone, and this is what comes next
    setTimeout(() => { // what was drawn with its words in it, a screen reader does not say
      const said = element.querySelector('.deleted');
      if (said && !document.querySelector('.ote-notice')) said.textContent = 'Deleted. Choose the next photo.';
    }, SAID_MS);
  }
  asked = 0;
});
if (remembered()) tell({ act: 'resume' });
element.dataset.ready = 'true'; // from here on what is dropped is heard
