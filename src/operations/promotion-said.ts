/** What is said of promotions by pull request, as data. `wording/promotion.ts` makes sentences of it. */

type Promotion = {
  readonly service: string;
  readonly environment: string;
  /** The environment before, whose live revision is promoted. */
  readonly before: string;
  /** Unknown until GitHub has it. */
  readonly number?: number;
  readonly url?: string;
};

export type PromotionReply =
  | ({ readonly code: "promotion-asked" } & Promotion)
  /** It stood already, for the same revision. */
  | ({ readonly code: "promotion-open" } & Promotion)
  | ({ readonly code: "promotion-updated" } & Promotion)
  /** People's commits are on its branch: it is theirs to merge or close. */
  | ({ readonly code: "promotion-pushed-onto" } & Promotion)
  | ({ readonly code: "promotion-nothing-new" } & Promotion)
  | ({ readonly code: "promotion-no-branch"; readonly branch: string } & Promotion);

export type PromotionNote =
  | ({ readonly code: "promotion-opened"; readonly number: number; readonly url: string } & NotedPromotion)
  /** Not opened, or, where it has a number, not brought up to date. */
  | ({
      readonly code: "promotion-refused";
      readonly branch: string;
      readonly base: string;
      /** GitHub's own words. */
      readonly said: string;
    } & NotedPromotion);

type NotedPromotion = Promotion & {
  /** Absent where a schedule asked. */
  readonly by?: string;
};
