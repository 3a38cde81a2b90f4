// Gradio says in words of its own that the program does not answer, until it does and the page is loaded again: here the
// page's words take their place.
{
  const [headline, advice] = JSON.parse(document.querySelector('meta[name=open-the-eyes-lost]').content);
  new MutationObserver(() => {
    for (const line of document.querySelectorAll('[data-testid=toast-text]')) {
      if (!line.textContent.startsWith('Connection to the server was lost')) continue;
      line.textContent = advice;
      line.closest('[data-testid=toast-body]').querySelector('.toast-title').textContent = headline;
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
}
