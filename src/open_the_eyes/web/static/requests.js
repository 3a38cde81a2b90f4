// One act after another: each goes on from what the one before it left, and no answer is shown after a later one. Who is
// not signed in any more is sent to do so, though not again and again where that is no help.
{
  const ACT = '/gradio_api/run/', SENT_AT = 'open-the-eyes-sent-to-sign-in', PAUSE_MS = 10000;
  const ask = window.fetch.bind(window);
  let before = Promise.resolve();
  const inTurn = (...given) => {
    const answer = before.then(async () => {
      const whole = await ask(...given);
      await whole.clone().arrayBuffer();
      return whole;
    });
    before = answer.catch(() => {});
    return answer;
  };
  const signIn = () => {
    if (Date.now() - Number(sessionStorage.getItem(SENT_AT)) < PAUSE_MS) return;
    sessionStorage.setItem(SENT_AT, Date.now());
    location.reload();
  };
  window.fetch = async (asked, ...more) => {
    const answer = await (String(asked.url ?? asked).includes(ACT) ? inTurn : ask)(asked, ...more);
    if (answer.status === 401) signIn();
    return answer;
  };
}
