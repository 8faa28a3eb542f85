// @ts-check
// What the theme does with inline handlers, done without them, so that the site's policy can forbid those.

{
  /** @type {Record<string, () => void>} */
  const commands = {
    print: () => globalThis.print(),
    fullscreen: () => /** @type {{toggleFullScreen?: () => void}} */ (globalThis).toggleFullScreen?.(),
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-command]");
    if (button instanceof HTMLElement) commands[button.dataset.command ?? ""]?.();
  });
}
