// The slider lies over the whole picture; how far it is says how much of the photo as it was is shown.
const cut = () => {
  const wipe = element.querySelector('.wipe');
  if (wipe) wipe.closest('.ote-pair').style.setProperty('--cut', `${wipe.value}%`);
};
element.addEventListener('input', cut);
watch('value', cut);
