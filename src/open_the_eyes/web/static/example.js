// The example comes as a photo that was chosen, unless one is on its way already or comes meanwhile.
let isExample = false; // what the focus is on by then is another button, in the place of the one that was pressed
document.addEventListener('ote-answered', () => {
  if (!isExample || !element.querySelector('.ote-here')) return;
  isExample = false;
  document.querySelector('.ote-standing p')?.focus({ preventScroll: true });
});
element.addEventListener('click', async ({ target }) => {
  const address = target.closest('button[data-example]')?.dataset.example;
  if (!address || (said[0] && !said[1])) return;
  const before = sending, name = address.split('/').pop();
  say('Fetching the example …', false, true);
  isExample = true;
  const answer = await fetch(address).catch(() => null);
  const came = await answer?.blob().catch(() => null);
  if (sending !== before) return;
  if (!came) say(facts().lost, true);
  else if (answer.ok) send([new File([came], name, { type: came.type })]);
  else refuse('bug', '', [name]);
});
