// Light or dark: as the system says, until somebody chooses.

function choose(next) {
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
}

export function followTheme(button) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = localStorage.getItem("theme");
  if (kept) choose(kept);
  button.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    choose(now === "dark" ? "light" : "dark");
  });
}
