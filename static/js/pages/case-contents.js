// On a narrow page the contents of a case begin folded, so that the section comes first.

const contents = /** @type {HTMLDetailsElement | null} */ (document.querySelector(".case-desk__contents"));
const narrow = matchMedia("(max-width: 60rem)");

const fold = () => {
  if (contents) contents.open = !narrow.matches;
};
narrow.addEventListener("change", fold);
fold();
