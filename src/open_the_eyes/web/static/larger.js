// Before and after over the whole window: as large as fits, or in the photo's own pixels. There the picture is moved by the
// mouse, a finger, or arrow keys; how much of the photo as it was is seen is said of the window, so it stays in sight.
{
  const SIZES = [['fit', 'Fit'], ['1', '100 %'], ['2', '200 %']];
  const dialog = document.createElement('dialog');
  dialog.id = 'ote-large';
  const radio = ([size, name]) => `<label><input type="radio" name="large-size" value="${size}"><span>${name}</span></label>`;
  dialog.innerHTML = `<div class="bar"><div class="ote-switch" role="radiogroup" aria-label="Size">${SIZES.map(radio).join('')}
    </div><input class="cut" type="range" min="0" max="100" value="50" aria-label="How much of the photo as it was is shown, in
    per cent"><button type="button" class="quiet flip" aria-keyshortcuts="b" title="Before, or after: key B"></button><button
    type="button" class="quiet close">Close</button></div><div class="frame"><div class="stage" tabindex="0"
    role="group" aria-label="Picture; arrow keys move it"><div class="sheet"><img class="after"><img class="before"></div></div>
    <span class="tag left" aria-hidden="true">Before</span><span class="tag right" aria-hidden="true">After</span>
    <div class="seam" aria-hidden="true"></div><p class="say" role="status"></p><p class="help">Key B, or Show before, flips
    between before and after; arrow keys move the picture, Escape closes it.</p><p class="ote-unseen flipped" role="status"></p>
    </div>`;
  const part = (name) => dialog.querySelector(name);
  const stage = part('.stage'), sheet = part('.sheet'), cut = part('.cut'), seam = part('.seam'), frame = part('.frame');
  let width = 1, height = 1, size = 'fit', opener = null;

  const wipe = () => {
    const seen = stage.getBoundingClientRect(), whole = sheet.getBoundingClientRect();
    frame.style.setProperty('--at', `${cut.value}%`);
    sheet.style.setProperty('--cut', `${seen.left + (seen.width * cut.value) / 100 - whole.left}px`);
    frame.classList.toggle('all-before', cut.value === '100');
    frame.classList.toggle('all-after', cut.value === '0');
    part('.flip').firstChild.data = cut.value === '100' ? 'Show after' : 'Show before';
  };
  const flip = () => {
    cut.value = cut.value === '100' ? 0 : 100;
    wipe();
    part('.flipped').textContent = cut.value === '100' ? 'Before' : 'After';
  };
  const draw = () => {
    const [x, y] = ['Width', 'Height'].map((side) => {
      const [at, room] = [stage[side === 'Width' ? 'scrollLeft' : 'scrollTop'], stage[`client${side}`]];
      return (at + room / 2) / Math.max(stage[`scroll${side}`], 1); // what is in the middle stays there
    });
    const fits = Math.min(stage.clientWidth / width, stage.clientHeight / height);
    const scale = size === 'fit' ? fits : Number(size) / devicePixelRatio; // a pixel of the photo is one of the screen
    sheet.style.setProperty('--wide', `${width * scale}px`);
    sheet.style.setProperty('--high', `${height * scale}px`);
    stage.classList.toggle('moves', scale > fits);
    stage.classList.toggle('own', size !== 'fit');
    stage.scrollLeft = x * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = y * stage.scrollHeight - stage.clientHeight / 2;
    wipe();
  };
  const show = async (button) => {
    const { before, after, about } = button.dataset;
    opener = button;
    [width, height] = button.dataset.size.split(' ').map(Number);
    const hasOwn = 'own' in button.dataset; // a very large photo is shown whole in fewer pixels than it has
    if (!hasOwn) size = 'fit';
    for (const one of dialog.querySelectorAll('[name=large-size]')) {
      one.checked = one.value === size;
      one.closest('label').hidden = !hasOwn && one.value !== 'fit';
    }
    dialog.setAttribute('aria-label', `Before and after: ${about}`);
    const say = part('.say');
    say.textContent = 'Loading …';
    const images = [[part('.before'), before, 'Before'], [part('.after'), after, 'After']];
    for (const [image, address, word] of images) Object.assign(image, { src: address, alt: `${word}: ${about}`, draggable: false });
    if (!dialog.isConnected) document.querySelector('#ote-notice').before(dialog);
    dialog.showModal();
    draw();
    const came = await Promise.allSettled(images.map(([image]) => image.decode()));
    if (opener === button) say.textContent = came.every(({ status }) => status === 'fulfilled') ? '' : 'The picture did not come.';
  };
  const dragged = (target, move) => target.addEventListener('pointerdown', (event) => {
    if (event.button || (target === stage && event.pointerType === 'touch')) return; // a finger scrolls by itself
    let { clientX: x, clientY: y } = event;
    const moved = (next) => {
      move(next.clientX - x, next.clientY - y, next.clientX);
      [x, y] = [next.clientX, next.clientY];
    };
    const over = () => target.removeEventListener('pointermove', moved);
    target.setPointerCapture(event.pointerId);
    target.addEventListener('pointermove', moved);
    for (const end of ['pointerup', 'pointercancel']) target.addEventListener(end, over, { once: true });
  });
  dragged(stage, (x, y) => stage.scrollBy(-x, -y));
  dragged(seam, (x, y, at) => {
    const { left, width: wide } = frame.getBoundingClientRect();
    cut.value = (100 * (at - left)) / wide;
    wipe();
  });
  stage.addEventListener('scroll', wipe);
  cut.addEventListener('input', wipe);
  dialog.addEventListener('change', ({ target }) => {
    if (target.name !== 'large-size') return;
    size = target.value;
    draw();
  });
  part('.close').addEventListener('click', () => dialog.close());
  part('.flip').append('Show before', Object.assign(document.createElement('kbd'), { textContent: 'B', ariaHidden: 'true' }));
  part('.flip').addEventListener('click', flip);
  dialog.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'b' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    flip();
  });
  dialog.addEventListener('close', () => { // the page may have been drawn anew meanwhile
    if (document.activeElement === document.body) document.querySelector('.ote-larger')?.focus();
    for (const image of dialog.querySelectorAll('img')) image.removeAttribute('src');
    opener = null;
  });
  addEventListener('resize', () => { if (dialog.open) draw(); });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('.ote-larger');
    if (button) show(button);
  });
  document.addEventListener('dblclick', ({ target }) => {
    const button = target.closest?.('.ote-pair')?.querySelector('.ote-larger');
    if (button && !dialog.open) show(button);
  });
}
