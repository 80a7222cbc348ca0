/** What people do in views and menus, in our own words. Each may be told again with the same key. */
import type { HomeActionId } from "./view-payload.ts";

/** What the form held when it was told; a field that was left empty is not there. */
export type FormFields = {
  readonly service?: string;
  readonly environment?: string;
  readonly revision?: string;
  readonly other?: string;
  readonly reason?: string;
};

type Who = {
  readonly key: string;
  readonly lastTry: boolean;
  /** When the delivery came in, epoch ms. */
  readonly receivedAt: number;
  readonly team: string;
  readonly user: string;
};

export type FormChanged = Who & {
  /** The form's own number, as it was written into the view. */
  readonly form: number;
  readonly fields: FormFields;
  /** Orders what was told of one form; compare as numbers. */
  readonly actionTs: string;
};

export type FormSent = Who & { readonly form: number; readonly fields: FormFields };

export type MenuChosen = Who & {
  /** The menu's own number, as it was written into its block. */
  readonly menu: number;
  readonly choice: string;
  readonly channel: string;
  readonly responseUrl: string;
};

export type HomeOpened = Who;

export type HomeClicked = Who & {
  readonly action: HomeActionId;
  /** What the button stands for: `<deployment>/<ask>`, or an environment. A claim, to be looked up. */
  readonly value: string;
  /** When it was clicked, by Slack's clock. */
  readonly actionTs: string;
};

export type ViewEvents = {
  formChanged(changed: FormChanged): Promise<void>;
  formSent(sent: FormSent): Promise<void>;
  menuChosen(chosen: MenuChosen): Promise<void>;
  homeOpened(opened: HomeOpened): Promise<void>;
  homeClicked(clicked: HomeClicked): Promise<void>;
};
