// Who is not signed in any more is sent to do so, though not again and again where that is no help.
{
  const SENT_AT = 'open-the-eyes-sent-to-sign-in', PAUSE_MS = 10000;
  const ask = window.fetch.bind(window);
  const signIn = () => {
    if (Date.now() - Number(sessionStorage.getItem(SENT_AT)) < PAUSE_MS) return;
    sessionStorage.setItem(SENT_AT, Date.now());
    location.reload();
  };
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    if (answer.status === 401) signIn();
    return answer;
  };
}
