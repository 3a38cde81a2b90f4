// The slider lies over the whole picture; how far it is says how much of the photo as it was is shown.
const cut = () => {
  const wipe = element.querySelector('.wipe');
  if (wipe) wipe.closest('.ote-pair').style.setProperty('--cut', `${wipe.value}%`);
};
element.addEventListener('input', cut);
watch('value', cut);
// On a phone the faces to compare are one row, in which the one that is seen has to be in sight.
watch('value', () => {
  const seen = element.querySelector('.ote-switch [checked]')?.parentElement;
  if (seen) seen.parentElement.scrollLeft = seen.offsetLeft - (seen.parentElement.clientWidth - seen.offsetWidth) / 2;
});
