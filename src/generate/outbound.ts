import { SECOND } from "../base/days";
import { begin, type Contact, finish, openContact, tell, UNHEARD } from "./contact";
import { closeContact } from "./close";
import { phone } from "./centre";
import { aboutContact, type Call } from "./call";
import { answer, ring } from "./offers";
import { release } from "./presence";
import { endContact } from "./queueing";
import { enter, firstFree } from "./session";
import { laterBy, type World } from "./world";

const FAILED_DIALS = ["486", "486", "486", "480", "480", "404", "404", "487", "603", "503", "484"];

/** What call progress analysis hears, as it is delivered and as it is named: the same reason comes in two spellings. */
const HEARD: readonly [share: number, said: string, name?: string][] = [
  [0.4, "voice"],
  [0.2, "answering_machine"],
  [0.13, "no_answer"],
  [0.06, "no-answer", "no_answer"],
  [0.1, "busy1"],
  [0.03, "busy2"],
  [0.03, "sit_vacant_circuit"],
  [0.02, "sit-no-circuit", "sit_no_circuit"],
  [0.02, "ced"],
  [0.01, "no_ringback"],
];

/** An agent dials a number by hand. Where nobody is free nothing happens. */
export function dialOut(world: World, group: string): void {
  const found = firstFree(world, group, "telephony");
  if (found === null) return;
  const contact = openContact(world, "telephony", "outdial");
  const call = { contact, ...found };
  const { session, channel } = call;
  channel.hasWork = true;
  world.settle(session);
  const more = `,"direction":"outdial","isOutdial":true,"origin":"+82 2 555 0199","destination":"${phone(world.random)}"`;
  tell(world, contact, "new", { session, more });
  enter(world, channel, "outdial-reserved", "outdial_ringing", { after: 20, more: aboutContact(call) });
  const at = begin(world, contact, "ringing", "connect", { session, after: 900 });
  if (at !== UNHEARD) {
    contact.wasOffered = true;
    contact.truth.offer_count++;
  }
  enter(world, channel, "ringing", "outdial_ringing", { after: 920, more: aboutContact(call) });
  if (world.random.chance(0.62)) laterBy(world, world.random.whole(4000, 16_000), () => answer(world, call));
  else laterBy(world, world.random.whole(1500, 28_000), () => failToReach(world, call));
}

function failToReach(world: World, { contact, session, channel }: Call): void {
  endContact(world, contact, "system", "Customer Busy", { session, reason: world.random.pick(FAILED_DIALS) });
  closeContact(world, contact);
  release(world, session, channel);
}

/** A campaign dials a number and listens for what answers. */
export function dialCampaign(world: World, group: string): void {
  const contact = openContact(world, "telephony", "outbound");
  const entry = `,"entryPointId":"entry-campaign","entryPointName":"Spring campaign"`;
  tell(world, contact, "new", { more: `,"direction":"outbound","destination":"${phone(world.random)}"${entry}` });
  const heard = whatIsHeard(world);
  laterBy(world, world.random.whole(5, 26) * SECOND, () => {
    const [, reason, name = reason] = heard;
    if (name !== "voice" && name !== "answering_machine") return giveUp(world, contact, reason, name);
    if (tell(world, contact, "campaign-outbound", { reason }) !== UNHEARD) contact.truth.cpa_result = name;
    if (name === "voice") connectVoice(world, contact, group);
    else leaveMessage(world, contact);
  });
}

function whatIsHeard(world: World): (typeof HEARD)[number] {
  let draw = world.random.share();
  for (const heard of HEARD) {
    if (draw < heard[0]) return heard;
    draw -= heard[0];
  }
  return HEARD[0] as (typeof HEARD)[number];
}

function giveUp(world: World, contact: Contact, reason: string, name: string): void {
  const at = endContact(world, contact, "system", "No answer from customer", { reason });
  if (at !== UNHEARD) contact.truth.cpa_result = name;
  closeContact(world, contact);
}

/** Somebody answered: an agent is put through at once, or the call is lost because nobody is free. */
function connectVoice(world: World, contact: Contact, group: string): void {
  const found = firstFree(world, group, "telephony");
  if (found === null) {
    laterBy(world, 2500, () => {
      endContact(world, contact, "system", "System admit failed");
      closeContact(world, contact);
    });
    return;
  }
  const call = { contact, ...found };
  ring(world, call, 100);
  world.settle(call.session);
  laterBy(world, world.random.whole(900, 2600), () => {
    contact.isRinging = false;
    answer(world, call);
  });
}

function leaveMessage(world: World, contact: Contact): void {
  if (begin(world, contact, "ivr", "ivr-connected", { after: 200 }) !== UNHEARD) contact.wasInIvr = true;
  laterBy(world, world.random.whole(14, 22) * SECOND, () => {
    finish(world, contact, "ivr", tell(world, contact, "ivr-done"));
    laterBy(world, 50, () => {
      endContact(world, contact, "system", "Agent Left");
      closeContact(world, contact);
    });
  });
}
