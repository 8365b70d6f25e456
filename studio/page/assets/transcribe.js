/* The Transcribe tab's list: the transcription jobs alone, in the same cards as on the Jobs tab. */
"use strict";
(() => {
  const studio = window.studio;
  studio.part("transcripts", ({ element }) => {
    const find = (name) => element.querySelector(`[data-st="${name}"]`);
    const look = studio.follow({
      element, list: find("list"), empty: find("empty"), away: find("away"),
      wanted: (job) => job.kind === "transcription", limit: 10,
    });
    studio.transcripts = { look };
  });
})();
