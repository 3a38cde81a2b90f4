// One act after another: each goes on from what the one before it left, and no answer is shown after a later one. What
// did not arrive is sent again when there is a connection, and so is that of which the answer alone was lost: by its
// number the program knows what it has done. Who is not signed in any more is sent to do so, though not again and again
// where that is no help. An answer of which the page can make nothing is told as such, until there is a better one.
{
  const ACT = '/gradio_api/run/', SENT_AT = 'open-the-eyes-sent-to-sign-in', PAUSE_MS = 10000;
  const PATIENCE_MS = 30000; // acts take moments; without a network some requests never end
  const DRAWN_MS = 50; // until an answer is seen
  const NO_ANSWER = [502, 503, 504]; // a proxy's, while the program starts; the program's own are JSON
  const ask = window.fetch.bind(window);
  let before = Promise.resolve();
  let acts = 0;
  const connected = () => new Promise((done) => {
    document.addEventListener('ote-connected', done, { once: true });
    document.dispatchEvent(new Event('ote-lost'));
  });
  const isNone = ({ status, headers }) => NO_ANSWER.includes(status) && !headers.get('Content-Type')?.includes('json');
  const whole = async (...given) => {
    const answer = await ask(...given);
    await answer.clone().arrayBuffer();
    return answer;
  };
  const surely = async (asked, given = {}) => {
    const headers = new Headers(given.headers);
    headers.set('Ote-Act', acts += 1);
    for (;;) {
      const sent = whole(asked, { ...given, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
      const answer = await sent.catch(() => null);
      if (answer && !isNone(answer)) return answer;
      await connected();
    }
  };
  let waiting = 0;
  const answered = () => {
    waiting -= 1;
    if (!waiting) setTimeout(() => document.dispatchEvent(new Event('ote-answered')), DRAWN_MS);
  };
  const inTurn = (...given) => {
    waiting += 1;
    before = before.then(() => surely(...given));
    before.then(answered, answered);
    return before;
  };
  const [headline, advice] = JSON.parse(document.querySelector('meta[name=open-the-eyes-failed]').content);
  const fault = document.createElement('div');
  fault.id = 'ote-failed';
  fault.setAttribute('role', 'alert');
  const isGood = (answer) => answer.clone().json().then(() => answer.ok, () => false);
  const judge = (good) => {
    const words = document.createElement('p');
    words.append(Object.assign(document.createElement('strong'), { textContent: headline }), ` ${advice}`);
    if (!fault.isConnected) document.querySelector('#ote-notice')?.before(fault);
    fault.replaceChildren(...(good ? [] : [words]));
  };
  const signIn = () => {
    if (Date.now() - Number(sessionStorage.getItem(SENT_AT)) < PAUSE_MS) return;
    sessionStorage.setItem(SENT_AT, Date.now());
    location.reload();
  };
  window.fetch = async (asked, ...more) => {
    const isAct = String(asked.url ?? asked).includes(ACT);
    const answer = await (isAct ? inTurn : ask)(asked, ...more);
    if (answer.status === 401) signIn();
    if (isAct) judge(await isGood(answer));
    return answer;
  };
}
