// The JSON schemas of the two patches, out of Losant's official client. That client was made for API 1.20.1; the patches
// have not changed since, so nothing needs adding for 1.30.0.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const experienceUserPatch = require('losant-rest/lib/schemas/experienceUserPatch.json');
export const experienceGroupPatch = require('losant-rest/lib/schemas/experienceGroupPatch.json');
