// The console's little script: countdowns, keys, and what htmx needs to know. Everything works without it, but slower.
"use strict";
