// A telephone made of JsSIP as it comes from npm, with nothing of ours in between.

import "./node_events.js";
import JsSIP from "jssip";
import { Calls, complain, play, present, tell } from "./diary.js";

const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

const calls = new Calls();
/** @type {JsSIP.UA} */
let agent;

const phone = {
  start({ server, user, password, domain }) {
    const socket = new JsSIP.WebSocketInterface(server);
    const ua = new JsSIP.UA({ sockets: [socket], uri: `sip:${user}@${domain}`, password });
    ua.on("registered", () => tell("registered"));
    ua.on("unregistered", () => tell("unregistered"));
    ua.on("registrationFailed", ({ response, cause }) => tell(`not registered ${statusOf(response, cause)}`));
    ua.on("newRTCSession", ({ originator, session }) => {
      if (originator === "remote") tell(`incoming ${watch(session)} ${session.remote_identity.uri}`);
    });
    ua.on("newMessage", ({ originator, message, request }) => {
      if (originator === "remote") tell(`message ${message.remote_identity.uri} ${request.body}`);
    });
    ua.start();
    agent = ua;
  },

  unregister: () => agent.unregister(),

  call(target) {
    // "newRTCSession" comes within call().
    watch(agent.call(target, MEDIA));
  },

  answer: (number) => calls.at(number).answer(MEDIA),
  reject: (status, number) => calls.at(number).terminate({ status_code: status }),
  hangUp: (number) => calls.at(number).terminate(),
  hold: (number) => asked(calls.at(number).hold()),
  resume: (number) => asked(calls.at(number).unhold()),
  press: (key, number) => calls.at(number).sendDTMF(key),

  refer(target, number) {
    calls.at(number).refer(target, { eventHandlers: news });
  },

  /** Connects the other end of one call with that of another. */
  join(number, other) {
    const target = calls.at(other).remote_identity.uri.toString();
    calls.at(number).refer(target, { replaces: calls.at(other), eventHandlers: news });
  },

  message(target, text) {
    agent.sendMessage(target, text, {
      eventHandlers: {
        succeeded: () => tell("message taken"),
        failed: ({ response, cause }) => tell(`message refused ${statusOf(response, cause)}`),
      },
    });
  },
};

const news = {
  requestSucceeded: () => tell("transfer begun"),
  requestFailed: ({ response, cause }) => tell(`transfer refused ${statusOf(response, cause)}`),
  accepted: ({ status_line }) => tell(`transfer ${status_line.status_code}`),
  failed: ({ status_line }) => tell(`transfer ${status_line.status_code}`),
};

function watch(session) {
  const number = calls.add(session);
  session.on("progress", ({ originator }) => originator === "remote" && tell(`ringing ${number}`));
  session.on("confirmed", () => {
    play(session.connection);
    tell(`up ${number}`);
  });
  session.on("ended", ({ originator }) => tell(`over ${number} ${originator}`));
  session.on("failed", ({ originator, message, cause }) => {
    if (originator === "remote") tell(`refused ${statusOf(message, cause)}`);
    tell(`over ${number}`);
  });
  session.on("hold", ({ originator }) => tell(`held ${number} ${originator}`));
  session.on("unhold", ({ originator }) => tell(`resumed ${number} ${originator}`));
  session.on(
    "newDTMF",
    ({ originator, dtmf }) => originator === "remote" && tell(`key ${number} ${dtmf.tone}`),
  );
  session.on("refer", ({ accept }) => accept((next) => tell(`sent on ${number} as ${watch(next)}`), MEDIA));
  session.on("replaces", ({ accept }) => accept((next) => tell(`replaced ${number} by ${watch(next)}`)));
  session.on("getusermediafailed", complain);
  session.on("peerconnection:createofferfailed", complain);
  session.on("peerconnection:createanswerfailed", complain);
  session.on("peerconnection:setlocaldescriptionfailed", complain);
  session.on("peerconnection:setremotedescriptionfailed", complain);
  return number;
}

/** Of a final response, or why there is none. */
function statusOf(message, cause) {
  return message?.status_code ?? cause;
}

function asked(possible) {
  if (!possible) throw new Error("JsSIP does not do that now");
}

present(phone);
