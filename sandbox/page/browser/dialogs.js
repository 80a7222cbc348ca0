// The page's forms. They are never drawn anew while someone types in them.
import { append, el, find } from "./elements.js";

let submit = () => undefined;

// The bot's modals close when Slack says so, not by themselves.
for (const dialog of document.querySelectorAll("dialog:not(.modal)")) {
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    submit(event.target.elements);
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

function open(id, onSubmit) {
  submit = onSubmit;
  const dialog = find(id);
  dialog.showModal();
  return dialog.querySelector("form").elements;
}

function offer(field, names, chosen) {
  field.replaceChildren();
  append(
    field,
    names.map((name) => el("option", { value: name, selected: name === chosen }, name)),
  );
}

export function pullDialog(
  { branches, head, bases = [], base, title = "", body = "", draft = false, editing },
  onSubmit,
) {
  find("pull-dialog-title").textContent = editing ? `Edit pull request #${editing}` : "Open a pull request";
  find("pull-head-label").hidden = Boolean(editing);
  find("pull-base-label").hidden = Boolean(editing) || bases.length < 2;
  const fields = open("pull-dialog", (form) =>
    onSubmit({
      head: form.head.value,
      base: form.base.value || undefined,
      title: form.title.value,
      body: form.body.value,
      draft: form.draft.checked,
    }),
  );
  offer(fields.head, branches, head);
  offer(fields.base, bases, base);
  fields.title.value = title;
  fields.body.value = body;
  fields.draft.checked = draft;
  fields.draft.closest("label").hidden = Boolean(editing);
  document.querySelector("#pull-dialog .primary").textContent = editing ? "Save" : "Open it";
  fields.title.focus();
}

const slug = (name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

/** `onto`: the branch has a pull request already. */
export function commitDialog(
  { name = "", detail = "", branch, opens = true, bases = [], base, onto = false },
  onSubmit,
) {
  const fields = open("commit-dialog", (form) =>
    onSubmit({
      name: form.name.value,
      detail: form.detail.value,
      branch: form.branch.value,
      from: form.from.value || undefined,
      open: form.open.checked,
    }),
  );
  find("commit-from-label").hidden = bases.length < 2;
  offer(fields.from, bases, base);
  fields.open.closest("label").hidden = onto;
  fields.branch.readOnly = onto;
  // `name` is a property of every form's collection, so the field is asked for by its name.
  const nameField = fields.namedItem("name");
  nameField.value = name;
  fields.detail.value = detail;
  fields.open.checked = opens;
  fields.branch.value = branch ?? slug(name);
  nameField.oninput = () => {
    if (!onto) fields.branch.value = slug(nameField.value);
  };
  nameField.focus();
}

export function issueDialog(onSubmit) {
  open("issue-dialog", (form) => onSubmit({ title: form.title.value })).title.value = "";
}

export function confirmDialog(confirm, onYes) {
  find("confirm-dialog-title").textContent = confirm.title?.text ?? "Are you sure?";
  find("confirm-dialog-text").textContent = confirm.text?.text ?? "";
  const yes = document.querySelector("#confirm-dialog [type=submit]");
  yes.textContent = confirm.confirm?.text ?? "Yes";
  yes.className = confirm.style === "danger" ? "slack-button danger" : "primary";
  document.querySelector("#confirm-dialog [data-close]").textContent = confirm.deny?.text ?? "Cancel";
  open("confirm-dialog", onYes);
}
