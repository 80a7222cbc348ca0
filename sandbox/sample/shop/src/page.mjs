// The page that customers see, from the catalogue alone.
const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}

const style = `
  body { margin: 0; font: 16px/1.4 Georgia, serif; color: #26302b; background: #fbf8f1; }
  header { padding: 18px 22px; background: #26443a; color: #fbf8f1; font-size: 22px; }
  ul { list-style: none; margin: 0; padding: 8px 22px; }
  li { display: flex; gap: 12px; align-items: baseline; padding: 9px 0; border-bottom: 1px solid #e2dccd; }
  strong { font-weight: 600; } span { color: #6c7269; flex: 1; } b { font-weight: 400; white-space: nowrap; }
`;

function row({ name, detail, price }) {
  const end = price === undefined ? "" : `<b>${escapeHtml(price)}</b>`;
  return `<li><strong>${escapeHtml(name)}</strong> <span>${escapeHtml(detail)}</span>${end}</li>`;
}

export function renderPage(catalogue) {
  const rows = catalogue.map(row).join("\n");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>The shop</title><style>${style}</style></head>
<body><header>The shop</header><ul>
${rows}
</ul></body>
</html>
`;
}
