/** What a pin changes in a file, which is nothing but the version, and when it says no. */
import { describe, expect, test } from "vitest";
import { editPin } from "../../src/deployers/pin/edit.ts";
import type { Pinned } from "../../src/policy/deployers.ts";

const image: Pinned = { kind: "image", image: "ghcr.io/acme/shop-api" };
const pip: Pinned = { kind: "package", package: "shop-api" };

describe("changes nothing but the version", () => {
  test.each<[string, string, Pinned, string, string, string]>([
    [
      "in a compose file",
      "compose.yml",
      image,
      "# ghcr.io/acme/shop-api:0.9 was bad\nservices:\n  api:\n    image: ghcr.io/acme/shop-api:1.3.9   # live\n  db: {image: postgres:18}\n",
      "# ghcr.io/acme/shop-api:0.9 was bad\nservices:\n  api:\n    image: ghcr.io/acme/shop-api:1.4.0   # live\n  db: {image: postgres:18}\n",
      "1.4.0",
    ],
    [
      "in quotes, with Windows line ends",
      "c.yaml",
      image,
      'image: "ghcr.io/acme/shop-api:1"\r\nx: 1\r\n',
      'image: "ghcr.io/acme/shop-api:2"\r\nx: 1\r\n',
      "2",
    ],
    ["without a tag yet", "c.yml", image, "image: ghcr.io/acme/shop-api\n", "image: ghcr.io/acme/shop-api:2\n", "2"],
    [
      "in Helm values, where another image has a longer name",
      "values.yaml",
      image,
      "web: {image: {repository: ghcr.io/acme/shop-api-web, tag: 7}}\napi:\n  image:\n    tag: 1.3.9 # keep\n    repository: ghcr.io/acme/shop-api\n",
      "web: {image: {repository: ghcr.io/acme/shop-api-web, tag: 7}}\napi:\n  image:\n    tag: 1.4.0 # keep\n    repository: ghcr.io/acme/shop-api\n",
      "1.4.0",
    ],
    [
      "in Helm values with a registry",
      "values.yaml",
      image,
      "image: {registry: ghcr.io, repository: acme/shop-api, tag: '1'}\n",
      "image: {registry: ghcr.io, repository: acme/shop-api, tag: '2'}\n",
      "2",
    ],
    [
      "with quotes where YAML would read a number",
      "values.yaml",
      image,
      "image: {repository: ghcr.io/acme/shop-api, tag: 1.9.3}\n",
      'image: {repository: ghcr.io/acme/shop-api, tag: "1.10"}\n',
      "1.10",
    ],
    [
      "in a kustomization",
      "kustomization.yml",
      image,
      "images:\n- name: ghcr.io/acme/shop-api\n  newTag: v1\n",
      "images:\n- name: ghcr.io/acme/shop-api\n  newTag: v2\n",
      "v2",
    ],
    [
      "in the second document",
      "k8s.yaml",
      image,
      "kind: A\n---\nimage: ghcr.io/acme/shop-api:a\n",
      "kind: A\n---\nimage: ghcr.io/acme/shop-api:b\n",
      "b",
    ],
    [
      "in a file that is no YAML",
      "Dockerfile",
      image,
      "FROM ghcr.io/acme/shop-api:1.3.9 AS base\n",
      "FROM ghcr.io/acme/shop-api:1.4.0 AS base\n",
      "1.4.0",
    ],
    [
      "of a package by another spelling",
      "requirements.txt",
      pip,
      "django==5.1\nShop_API[db] == 10.8.4 ; python_version > '3.9'  # app\nshop-api-client==1\n",
      "django==5.1\nShop_API[db] == 10.8.5rc1 ; python_version > '3.9'  # app\nshop-api-client==1\n",
      "10.8.5rc1",
    ],
    ["of a package in the last line", "requirements.txt", pip, "a==1\r\nshop-api==1", "a==1\r\nshop-api==2", "2"],
    [
      "of what a pattern describes",
      "app.conf",
      { kind: "pattern", pattern: "^version = (.+)$" },
      "x = 1\nversion = 1.3\ny = 2\n",
      "x = 1\nversion = 1.4\ny = 2\n",
      "1.4",
    ],
  ])("%s", (_, file, pinned, before, after, value) => {
    expect(editPin(before, { file, pinned, value })).toMatchObject({ kind: "edited", text: after });
    expect(editPin(after, { file, pinned, value })).toEqual({ kind: "same" });
  });
});

describe("says no", () => {
  test.each<[string, string, Pinned, string, string, string]>([
    ["to none", "c.yml", image, "image: postgres:18\n", "2", "ghcr.io/acme/shop-api is not in c.yml"],
    [
      "to a mention in a comment alone",
      "c.yml",
      image,
      "# ghcr.io/acme/shop-api:1\na: b\n",
      "2",
      "ghcr.io/acme/shop-api is not in c.yml",
    ],
    [
      "to several",
      "c.yml",
      image,
      "a: {image: ghcr.io/acme/shop-api:1}\nb: {image: ghcr.io/acme/shop-api:1}\n",
      "2",
      "ghcr.io/acme/shop-api is in c.yml more than once, and which is meant is not known",
    ],
    [
      "to a digest",
      "c.yml",
      image,
      `image: ghcr.io/acme/shop-api:1@sha256:${"a".repeat(64)}\n`,
      "2",
      "the image is pinned by a digest, which belongs to its tag",
    ],
    [
      "to a file that is broken",
      "c.yml",
      image,
      "a: [\nimage: ghcr.io/acme/shop-api:1\n",
      "2",
      "the file is not well-formed YAML",
    ],
    [
      "to a tag that cannot be one",
      "c.yml",
      image,
      "image: ghcr.io/acme/shop-api:1\n",
      "1.0+build",
      "1.0+build cannot be the tag of an image",
    ],
    [
      "to a package with a range",
      "requirements.txt",
      pip,
      "shop-api>=1\n",
      "2",
      "shop-api is not pinned with == there",
    ],
    [
      "to a package with two conditions",
      "requirements.txt",
      pip,
      "shop-api==1,!=1.1\n",
      "2",
      "shop-api has more than one condition there",
    ],
    [
      "to a package with a hash",
      "requirements.txt",
      pip,
      "shop-api==1 \\\n  --hash=sha256:abc\n",
      "2",
      "shop-api is pinned with a hash, which belongs to its version",
    ],
    [
      "to a package that is commented out",
      "requirements.txt",
      pip,
      "# shop-api==1\n",
      "2",
      "shop-api is not in requirements.txt",
    ],
    [
      "to a value that would begin a line",
      "a",
      { kind: "pattern", pattern: "v=(.*)" },
      "v=1",
      "1\nadmin: true",
      '"1\\nadmin: true" cannot be written as a version',
    ],
    [
      "to a pattern that fits twice",
      "a",
      { kind: "pattern", pattern: "v=(\\d)" },
      "v=1 v=2",
      "3",
      "What the pattern describes is in a more than once, and which is meant is not known",
    ],
  ])("%s", (_, file, pinned, text, value, why) => {
    expect(editPin(text, { file, pinned, value })).toEqual({ kind: "no", why });
  });
});
