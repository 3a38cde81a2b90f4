// Whether there is a connection to the program. While there is none, the page says so, and nothing can be done there:
// who does something and sees nothing come of it does it once more. Acts that are under way wait for the end of that.
{
  const [headline, advice] = JSON.parse(document.querySelector('meta[name=open-the-eyes-lost]').content);
  // Nobody acts on a page that is only looked at: there this asks now and then, and twice, since a computer that wakes up
  // is without a network for a moment. While a job is on, its events tell.
  const ASK_MS = 20000, AGAIN_MS = 1000, PATIENCE_MS = 5000;
  const LOCKED = '#ote-work, #ote-progress, #ote-notice, .ote-here';
  const says = document.createElement('div');
  says.id = 'ote-lost';
  says.setAttribute('role', 'alert');
  let isLost = false;
  let focused = null;
  const isIdle = () => !document.hidden && !document.querySelector('[data-job]');
  const answers = () => fetch('/healthz', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
    .then(({ ok }) => ok, () => false);
  const again = () => new Promise((done) => setTimeout(done, AGAIN_MS)).then(answers);
  const place = () => { if (!says.isConnected) document.querySelector('#ote-notice')?.before(says); };
  const say = () => {
    const words = document.createElement('p');
    words.append(Object.assign(document.createElement('strong'), { textContent: headline }), ` ${advice}`);
    says.replaceChildren(...(isLost ? [words] : []));
  };
  const lock = () => {
    if (isLost) focused = document.activeElement;
    for (const part of document.querySelectorAll(LOCKED)) part.inert = isLost;
    if (!isLost && document.activeElement === document.body) focused?.focus({ preventScroll: true });
  };
  const turn = (lost) => {
    isLost = lost;
    place();
    say();
    lock();
  };
  const mendPictures = () => {
    for (const one of document.images) {
      if (one.getAttribute('src') && one.complete && !one.naturalWidth) one.src = one.src;
    }
  };
  const lose = async () => {
    if (isLost) return;
    document.querySelector('#ote-large')?.close(); // it would lie over what is said
    turn(true);
    while (!(await again()));
    turn(false);
    mendPictures();
    document.dispatchEvent(new Event('ote-connected'));
  };
  const ask = async () => {
    place();
    if (isLost || !isIdle()) return;
    if (!(await answers() || await again()) && isIdle()) lose();
  };
  document.addEventListener('ote-lost', lose);
  setInterval(ask, ASK_MS);
  document.addEventListener('visibilitychange', ask);
  for (const change of ['online', 'offline']) addEventListener(change, ask);
}
