// @ts-check
/* The page's one entry: it loads the parts, and then says that they are here. */
import "./book/book.js";
import "./captions/captions.js";
import "./compare/compare.js";
import "./editor/editor.js";
import "./header.js";
import { mayDownload } from "./jobs/consent.js";
import { transcripts } from "./jobs/jobs.js";
import "./models/models.js";
import "./pronunciations/pronunciations.js";
import { book, captions, compare, speak } from "./shared/choices.js";
import { said } from "./shared/messages.js";
import { built, mount, part } from "./shared/parts.js";
import { metrics } from "./sound/metrics.js";
import { player } from "./sound/player.js";
import "./speak/blend.js";
import { offers } from "./speak/offers.js";
import "./speak/preview.js";
import "./speak/speak.js";
import "./speak/tags.js";
import "./voices/voices.js";

/* For those who cannot import. Everything of ours imports. */
window.studio = {
  // The handlers that Python writes (`js=` in studio/page): where a part is drawn, what is chosen, what goes along with a job.
  mount,
  speak,
  book,
  compare,
  captions,
  mayDownload,
  transcripts,
  // Tests, the benchmark and the curious: what was said, built, heard and offered.
  part,
  said,
  built,
  metrics,
  player,
  offers,
};
window.dispatchEvent(new Event("studio:ready"));
