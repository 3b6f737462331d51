// A telephone made of SIP.js as it comes from npm: its SessionManager, with nothing of ours in between.

import { Messager, SessionState, UserAgent, Web } from "sip.js";
import { Calls, complain, play, present, tell } from "./diary.js";

const calls = new Calls();
/** @type {Web.SessionManager} */
let agent;

const phone = {
  async start({ server, user, password, domain }) {
    const manager = new Web.SessionManager(server, {
      aor: `sip:${user}@${domain}`,
      userAgentOptions: { authorizationUsername: user, authorizationPassword: password },
      delegate,
      media: { constraints: { audio: true, video: false } },
      registererRegisterOptions: { requestDelegate: { onReject: refused("not registered") } },
    });
    await manager.connect();
    await manager.register();
    agent = manager;
  },

  unregister: () => agent.unregister(),

  async call(target) {
    await agent.call(target, {}, { requestDelegate: { onReject: refused("refused") } });
  },

  answer: (number) => agent.answer(calls.at(number)),
  reject: (statusCode, number) => calls.at(number).reject({ statusCode }),
  hangUp: (number) => agent.hangup(calls.at(number)),
  hold: (number) => agent.hold(calls.at(number)),
  resume: (number) => agent.unhold(calls.at(number)),
  press: (key, number) => agent.sendDTMF(calls.at(number), key),
  refer: (target, number) => agent.transfer(calls.at(number), target, news()),
  /** Connects the other end of one call with that of another. */
  join: (number, other) => agent.transfer(calls.at(number), calls.at(other), news()),

  async message(target, text) {
    const requestDelegate = { onAccept: () => tell("message taken"), onReject: refused("message refused") };
    await new Messager(agent.userAgent, UserAgent.makeURI(target), text).message({ requestDelegate });
  },
};

const delegate = {
  onRegistered: () => tell("registered"),
  onUnregistered: () => tell("unregistered"),
  onCallCreated(session) {
    const number = calls.add(session);
    session.stateChange.addListener((state) => {
      if (state !== SessionState.Established) return;
      play(session.sessionDescriptionHandler.peerConnection);
      tell(`up ${number}`);
    });
  },
  onCallReceived: (session) => tell(`incoming ${calls.numberOf(session)} ${session.remoteIdentity.uri}`),
  onCallHangup: (session) => tell(`over ${calls.numberOf(session)}`),
  onCallHold: (session, held) => tell(`${held ? "held" : "resumed"} ${calls.numberOf(session)} local`),
  onCallDTMFReceived: (session, tone) => tell(`key ${calls.numberOf(session)} ${tone}`),
  onMessageReceived: ({ request }) => tell(`message ${request.from.uri} ${request.body}`),
};

function news() {
  return {
    requestDelegate: { onAccept: () => tell("transfer begun"), onReject: refused("transfer refused") },
    onNotify(notification) {
      notification.accept().catch(complain);
      const status = Number(notification.request.body.split(" ")[1]);
      if (status >= 200) tell(`transfer ${status}`);
    },
  };
}

function refused(what) {
  return ({ message }) => tell(`${what} ${message.statusCode}`);
}

present(phone);
