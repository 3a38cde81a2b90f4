// Follows the job that is on by its own events; they come again by themselves when the connection was lost, but not after
// an answer that is none, such as a proxy's 502 while the program starts, or 429. Then this asks what has become of it.
const PAUSE_MS = 2000;
const NAME = document.title;
let source = null;
let isPainting = false;
const follow = () => {
  const box = element.querySelector('[data-job]');
  if (source && box && source.job === box.dataset.job) return;
  if (source) source.close();
  source = null;
  if (!box) {
    const isReady = element.querySelector('[data-made]');
    document.title = isReady ? `Ready - ${NAME}` : document.hidden && isPainting ? `New eyes - ${NAME}` : NAME;
    isPainting = false;
    return;
  }
  isPainting = true;
  const job = box.dataset.job;
  const stages = JSON.parse(box.dataset.stages);
  const show = (words, left, fraction) => {
    const say = element.querySelector('.say');
    if (say.textContent !== words) say.textContent = words; // a screen reader says it once
    element.querySelector('.left').textContent = left;
    document.title = `${words} - ${NAME}`; // who is elsewhere meanwhile sees it there
    if (fraction !== undefined) element.querySelector('progress').value = fraction;
  };
  const events = new EventSource(`/v1/jobs/${job}/events`);
  events.job = job;
  source = events;
  const ended = () => { events.close(); tell({ act: 'ended', job }); };
  events.addEventListener('progress', (event) => {
    const now = JSON.parse(event.data);
    const eta = now.eta_seconds;
    const left = eta === null || now.stage === 'write' ? '' : eta < 1.5 ? 'about a second left' : eta < 100 ? `about ${Math.round(eta)} seconds left`
      : `about ${Math.round(eta / 60)} minutes left`;
    if (now.state === 'queued') {
      const ahead = now.position + now.running;
      const said = ahead > 1 ? `${ahead} photos are before yours` : ahead ? stages.behind : stages.queued;
      show(said, left, 0);
    } else {
      show(stages[now.stage.split('/')[0]] ?? now.stage, left, now.fraction);
    }
  });
  for (const name of ['done', 'failed', 'cancelled']) events.addEventListener(name, ended);
  const refused = async () => {
    const answer = await fetch(`/v1/jobs/${job}`).catch(() => null);
    if (source !== events) return; // another one is followed by now
    if (answer?.status === 404) return ended(); // it was deleted
    source = null;
    setTimeout(follow, PAUSE_MS);
  };
  events.onerror = () => {
    show(box.dataset.lost, '');
    if (events.readyState === EventSource.CLOSED) refused();
  };
};
watch('value', follow);
document.addEventListener('visibilitychange', () => { if (!document.hidden && !source) document.title = NAME; });
follow();
