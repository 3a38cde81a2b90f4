// Gradio's radio buttons are each a group of their own, which arrow keys do not leave, and what they are about stands
// beside them; nor does its fold say whether it is open. Here each set becomes one group that has a name, also after
// Gradio has named a button anew that was chosen, and the fold says it, below a heading.
{
  const NAMES = { // Gradio's tell what kind of control it is, which a screen reader does by itself
    'input[type=range]': 'How wide open, 100 is usual',
    'input[type=number]': 'How wide open, as a figure',
    '.reset-button': 'How wide open: as usual',
  };
  const mend = () => {
    for (const group of document.querySelectorAll('#ote-looks fieldset')) {
      const name = group.querySelector('[data-testid=block-info]').textContent.trim();
      group.setAttribute('role', 'radiogroup');
      group.setAttribute('aria-label', name);
      for (const radio of group.querySelectorAll('input[type=radio]')) if (radio.name !== name) radio.name = name;
    }
    const looks = document.querySelector('#ote-looks');
    for (const [control, name] of Object.entries(NAMES)) looks?.querySelector(control)?.setAttribute('aria-label', name);
    if (looks && !looks.querySelector('h2')) {
      looks.prepend(Object.assign(document.createElement('h2'), { className: 'ote-unseen', textContent: 'Adjust the eyes' }));
    }
    const fold = document.querySelector('#ote-looks > button');
    fold?.setAttribute('aria-expanded', fold.classList.contains('open'));
    fold?.querySelector('.icon').setAttribute('aria-hidden', 'true');
  };
  new MutationObserver(mend).observe(document, { childList: true, subtree: true, attributeFilter: ['class', 'name'] });
}
