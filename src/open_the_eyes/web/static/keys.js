// Gradio's slider says what it came to when a pointer lets go of it; keys let go of it when they have rested a while.
{
  const REST_MS = 400;
  let resting;
  document.addEventListener('keyup', ({ target, key }) => {
    if (key === 'Tab' || !target.matches?.('#ote-looks input[type=range], #ote-looks input[type=number]')) return;
    clearTimeout(resting);
    resting = setTimeout(() => target.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })), REST_MS);
  });
}
