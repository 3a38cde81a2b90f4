// Gradio's slider says what it came to when a pointer lets go of it; keys let go of it when they have rested a while. A
// figure beside it that it cannot have, such as one that is half typed, is nothing to say; who leaves it there gets the
// nearest one.
{
  const REST_MS = 400, USUAL = 100, FIGURE = '#ote-looks input[type=number]';
  let resting;
  const possible = ({ value, min, max }) => Math.min(Math.max(value || USUAL, min), max);
  document.addEventListener('keyup', ({ target, key }) => {
    if (key === 'Tab' || !target.matches?.(`#ote-looks input[type=range], ${FIGURE}`)) return;
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (target.value === String(possible(target))) target.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
    }, REST_MS);
  });
  document.addEventListener('change', ({ target }) => {
    if (!target.matches?.(FIGURE) || target.value === String(possible(target))) return;
    target.value = possible(target);
    target.dispatchEvent(new Event('input', { bubbles: true }));
  }, true);
}
