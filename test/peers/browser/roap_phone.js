// A telephone that speaks ROAP and does at a word all that the libraries do, without asking anybody as the relay's own page does.

import { randomId } from "../../../runtime/page/roap_message.js";
import { RoapSession } from "../../../runtime/page/roap_session.js";
import { Calls, complain, play, present, tell } from "./diary.js";

const calls = new Calls();
let socket;
/** What is told when the request of a transactionId is answered. */
const asked = new Map();

class Call {
  connection = new RTCPeerConnection();
  session;
  number;
  isUp = false;
  isOver = false;

  /** from: who calls. referToken: of the REFER that this call carries out. */
  constructor({ remoteId, from, referToken } = {}) {
    const sendOffer = (message) => send(message.seq === 1 ? { ...message, referToken } : message);
    this.session = new RoapSession({ send: sendOffer, remoteId });
    this.from = from;
    this.number = calls.add(this);
    this.session.onEvent = (event) => this.hears(event).catch(complain);
  }

  /** Somebody else has taken the other end's place: without this Chromium looks for the old one for 7 s. */
  async connectAnew() {
    this.connection.close();
    this.connection = new RTCPeerConnection();
    await this.speak();
    this.isUp = false;
  }

  async speak() {
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of microphone.getTracks()) this.connection.addTrack(track, microphone);
  }

  async offer(to) {
    await this.connection.setLocalDescription();
    await gathered(this.connection);
    this.session.offer(this.connection.localDescription.sdp, to === undefined ? {} : { to });
  }

  async answer() {
    await this.connection.setLocalDescription();
    await gathered(this.connection);
    this.session.answer(this.connection.localDescription.sdp);
  }

  async hears(event) {
    switch (event.type) {
      case "offer":
        if (
          this.session.confirmed &&
          fingerprint(this.connection.remoteDescription.sdp) !== fingerprint(event.sdp)
        ) {
          await this.connectAnew();
        }
        await this.connection.setRemoteDescription({ type: "offer", sdp: event.sdp });
        if (this.session.confirmed) return await this.answer();
        this.session.ringing();
        return tell(`incoming ${this.number} ${this.from}`);
      case "answer":
        await this.connection.setRemoteDescription({ type: "answer", sdp: event.sdp });
        return this.stands();
      case "settled":
        return this.stands();
      case "ringing":
        return tell(`ringing ${this.number}`);
      case "rejected":
        return tell(`change refused ${event.error.status}`);
      case "ended":
        return this.end(event.by === "error" ? event.message.status : "remote");
    }
  }

  stands() {
    if (this.isUp) return tell(`changed ${this.number}`);
    this.isUp = true;
    play(this.connection);
    tell(`up ${this.number}`);
  }

  end(why) {
    if (this.isOver) return;
    this.isOver = true;
    this.connection.close();
    tell(`over ${this.number} ${why}`);
  }

  async turn(direction) {
    // The change before may wait for its OK.
    while (this.session.state !== "idle") await new Promise((resolve) => setTimeout(resolve, 10));
    for (const transceiver of this.connection.getTransceivers()) transceiver.direction = direction;
    await this.offer();
  }

  /** A request of its own inside the session. */
  ask(message, answered) {
    const { localId, remoteId } = this.session;
    ask({ ...message, offererSessionId: localId, answererSessionId: remoteId }, answered);
  }
}

const phone = {
  start({ server, user }) {
    socket = new WebSocket(`${server}?user=${user}`, "roap.ims");
    socket.onopen = () => tell("registered");
    socket.onclose = () => tell("unregistered");
    socket.onmessage = ({ data }) => receive(JSON.parse(data)).catch(complain);
  },

  unregister: () => socket.close(),

  async call(to, referToken) {
    const call = new Call({ referToken });
    await call.speak();
    await call.offer(to);
  },

  async answer(number) {
    const call = calls.at(number);
    await call.speak();
    await call.answer();
  },

  reject(status, number) {
    calls.at(number).session.refuse(status, "");
    calls.at(number).end("local");
  },

  hangUp(number) {
    calls.at(number).session.shutdown();
    calls.at(number).end("local");
  },

  hold: (number) => calls.at(number).turn("sendonly"),
  resume: (number) => calls.at(number).turn("sendrecv"),
  press: (signal, number) =>
    calls.at(number).ask({ messageType: "INFO", info: { type: "DTMF", signal } }, "key"),
  refer: (to, number) => calls.at(number).ask({ messageType: "REFER", to }, "transfer"),
  /** Connects the other end of one call with that of another. */
  join: (number, other) =>
    calls.at(number).ask({ messageType: "REFER", replaces: calls.at(other).session.localId }, "transfer"),
  message: (to, content) => ask({ messageType: "MESSAGE", to, content }, "message"),
};

async function receive(message) {
  const { messageType, transactionId, offererSessionId, answererSessionId, status } = message;
  if (transactionId !== undefined && asked.has(transactionId)) return heard(message);
  const call = callOf(offererSessionId, answererSessionId);
  switch (messageType) {
    case "MESSAGE":
      tell(`message ${message.from} ${message.content}`);
      return send({ messageType: "OK", transactionId });
    case "INFO":
      tell(`key ${call.number} ${message.info.signal}`);
      return send({ messageType: "OK", transactionId, offererSessionId, answererSessionId });
    case "REFER":
      send({ messageType: "OK", transactionId, offererSessionId, answererSessionId });
      tell(`sent on ${call.number}`);
      return await phone.call(undefined, message.referToken);
    case "OFFER":
      if (call === undefined) {
        return new Call({ remoteId: offererSessionId, from: message.from }).session.receive(message);
      }
  }
  if (call !== undefined) return call.session.receive(message);
  tell(`stray ${messageType} ${status ?? ""}`);
}

function heard({ messageType, transactionId, status, moreComing }) {
  const what = asked.get(transactionId);
  if (messageType === "OK") return tell(what === "transfer" ? "transfer begun" : `${what} taken`);
  if (messageType === "ERROR") return tell(`${what} refused ${status}`);
  if (moreComing !== true) tell(`transfer ${status}`);
}

function callOf(...ids) {
  return calls.all.find(({ session }) => ids.includes(session.localId));
}

function ask(message, answered) {
  const transactionId = randomId();
  asked.set(transactionId, answered);
  send({ ...message, transactionId });
}

function send(message) {
  socket.send(JSON.stringify(message));
}

function fingerprint(sdp) {
  return /^a=fingerprint:(.*)$/m.exec(sdp)?.[1];
}

async function gathered(connection) {
  if (connection.iceGatheringState === "complete") return;
  await new Promise((resolve) => {
    connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve();
  });
}

present(phone);
