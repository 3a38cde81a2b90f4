// That the program does not answer is said in the page's words, whoever finds it out. Gradio does when somebody acts, in
// words of its own, until the program answers and the page is loaded again: the page's take their place.
{
  const [headline, advice] = JSON.parse(document.querySelector('meta[name=open-the-eyes-lost]').content);
  new MutationObserver(() => {
    for (const line of document.querySelectorAll('[data-testid=toast-text]')) {
      if (!line.textContent.startsWith('Connection to the server was lost')) continue;
      line.textContent = advice;
      line.closest('[data-testid=toast-body]').querySelector('.toast-title').textContent = headline;
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Nobody acts on a page that is only looked at: there this asks now and then, and twice, since a computer that wakes up
  // is without a network for a moment. While a job is on, its events tell.
  const ASK_MS = 20000, AGAIN_MS = 700;
  const says = document.createElement('div');
  says.id = 'ote-lost';
  says.setAttribute('role', 'alert');
  const isIdle = () => !document.hidden && !document.querySelector('[data-job]');
  const answers = () => fetch('/healthz', { method: 'HEAD', cache: 'no-store' }).then(({ ok }) => ok, () => false);
  const again = () => new Promise((done) => setTimeout(done, AGAIN_MS)).then(answers);
  const show = (lost) => {
    if (lost !== !says.firstChild) return; // it is said once, and not each time
    const words = document.createElement('p');
    words.append(Object.assign(document.createElement('strong'), { textContent: headline }), ` ${advice}`);
    says.replaceChildren(...(lost ? [words] : []));
  };
  const ask = async () => {
    const notice = document.querySelector('#ote-notice');
    if (!notice || !isIdle()) return;
    if (!says.isConnected) notice.before(says);
    const lost = !(await answers() || await again());
    show(lost && isIdle());
  };
  setInterval(ask, ASK_MS);
  document.addEventListener('visibilitychange', ask);
}
