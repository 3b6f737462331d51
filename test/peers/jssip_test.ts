// JsSIP as it comes from npm, in Chromium, over ws and wss, with browsers that speak ROAP and with phones.

import { suite } from "./browser/suite.ts";

suite("JsSIP", "jssip_phone");
