// Copies a text to the clipboard. Some browsers have no clipboard for pages that are files: there, the
// text is selected and copied the old way.
const copySelected = (text) => {
  const before = document.activeElement;
  const box = element("textarea", undefined, "unseen");
  box.value = text;
  box.readOnly = true;
  document.body.append(box);
  box.select();
  let copied = false;
  try {
    copied = document.execCommand("copy");
  } finally {
    box.remove();
    if (before) before.focus({ preventScroll: true });
  }
  return copied;
};

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
};
