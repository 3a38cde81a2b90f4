// Photos go straight to the service's own routes, past Gradio's uploads; then the page is told which job they became.
const facts = () => JSON.parse(element.querySelector('[data-facts]').dataset.facts);
let said = ['', false, false]; // of what is under way: the line is drawn anew with each act meanwhile
const say = (text, lost = false, busy = false) => {
  said = [text, lost, busy];
  const line = element.querySelector('.sending');
  if (!line) return;
  if (line.textContent !== text) line.textContent = text; // a screen reader says it once
  line.classList.toggle('busy', busy); // something moves, since nobody knows how long it takes
  line.classList.toggle('lost', lost);
};
watch('value', () => say(...said));
const MOST_NAMED = 12; // of files beyond those that can come at once
const refuse = (kind, detail, names = []) => { say(''); tell({ act: 'refused', kind, names, problem: { detail } }); };

let sending; // a photo that is dropped while something else is on its way takes its place
let isAdding = false, later = []; // shots wait: they come beside those that are on their way
const added = () => {
  isAdding = false;
  const next = later.shift();
  if (next) send(next, true);
};
const send = (given, asShots = false) => {
  const files = [...given]; // a field that is used again empties its own list
  if (!files.length) return;
  if (asShots && isAdding) return later.push(files);
  const { maxBytes, maxPhotos, maxShots, shotsOf, tooLarge } = facts();
  if (asShots && !shotsOf) { // their photo was left meanwhile
    later = [];
    return;
  }
  const most = asShots ? Math.max(maxShots, 1) : maxPhotos; // where there is room for none, the program says so
  const first = files.slice(0, most), beyond = files.slice(most);
  const photos = first.filter((file) => file.size <= maxBytes);
  if (!photos.length) return refuse('photo-too-large', tooLarge, [files[0].name]);
  // a slip of the hand must not delete the photo that is open
  if (!asShots && element.querySelector('.ote-here') && !confirm(facts().instead)) return;
  const problem = { type: 'urn:open-the-eyes:problem:photo-too-large', detail: tooLarge };
  const huge = first.filter((file) => !photos.includes(file)).map(({ name }) => ({ name, problem }));
  const named = beyond.slice(0, MOST_NAMED).map(({ name }) => name);
  const over = { names: named, count: beyond.length, most, shots: asShots };
  const form = new FormData();
  photos.forEach((photo, number) => form.append(number ? 'references' : 'photo', photo));
  sending?.abort();
  isAdding = asShots;
  if (!asShots) later = [];
  const request = sending = new XMLHttpRequest();
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) say(`Sending: ${Math.round((100 * event.loaded) / event.total)} %`);
  };
  request.upload.onload = () => say(asShots ? 'Looking at what was added …' : 'Looking at the photo …', false, true);
  request.onerror = () => { // said here, since there may be no program to tell
    say(facts().lost, true);
    [isAdding, later] = [false, []];
  };
  request.onload = () => {
    if (request !== sending) return;
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* what is no JSON is no answer of ours */ }
    const names = photos.map((photo) => photo.name);
    say('');
    if (asShots) document.addEventListener('ote-answered', added, { once: true });
    if (request.status === 202) {
      const out = answer.left_out.map(({ number, problem }) => ({ number, problem, name: names[number] }));
      const others = names.filter((_, number) => number !== answer.photo && !out.some((one) => one.number === number));
      const leftOut = { left_out: [...huge, ...out], over };
      if (asShots) tell({ act: 'added', shots_job: answer.id, names: others, ...leftOut });
      else tell({ act: 'arrived', job: answer.id, names: [names[answer.photo], ...others], ...leftOut }); // any of them
    } else {
      const seconds = Number(request.getResponseHeader('Retry-After')) || null;
      tell({ act: 'refused', problem: answer, seconds, names });
    }
  };
  request.open('POST', asShots ? `/photos/${shotsOf}/shots` : '/photos');
  request.send(form);
  say('Sending …');
};

element.addEventListener('change', ({ target }) => {
  if (target.type !== 'file') return;
  send(target.files, target.id === 'ote-shots-files');
  target.value = '';
});
document.addEventListener('click', ({ target }) => {
  if (element.querySelector('.sending.lost')) say('');
  if (target.closest('button[data-add]')) element.querySelector('#ote-shots-files')?.click();
});
document.addEventListener('paste', (event) => { if (event.clipboardData.files.length) send(event.clipboardData.files); });

// A page that is loaded again goes on with its photo, and a program that was started anew with what is seen of it.
// It forgets that photo when it was left, and not when that was asked: there may be no program that hears it.
const TWICE_MS = 10000;
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
    element.querySelector('#ote-files').focus(); // the button that was pressed is gone, and this is what comes next
    sayLeft();
  }
  asked = 0;
});
if (remembered()) tell({ act: 'resume' });
element.dataset.ready = 'true'; // from here on what is dropped is heard
