import { SECOND } from "../base/days";
import { begin, finish, tell } from "./contact";
import { aboutContact, type Call } from "./call";
import { release } from "./presence";
import { enter } from "./session";
import { endCall, endHold, plain, startHold, wrapUp } from "./conversation";
import { colleagueFor, handOver } from "./transfers";
import { laterBy, type World } from "./world";

/** The agent asks a colleague while the customer is on hold, and comes back. */
export function consult(world: World, call: Call, talkMs: number): void {
  consultFirst(world, call, talkMs, (colleague) => {
    finish(world, call.contact, "consult", tell(world, call.contact, "consult-done", { session: call.session }));
    enter(world, call.channel, "consult-done", null, { after: 2, more: aboutContact(call) });
    release(world, colleague.session, colleague.channel);
    laterBy(world, world.random.whole(300, 2500), () => {
      if (world.random.chance(0.06)) return endCall(world, call, "customer");
      endHold(world, call);
      plain(world, call, talkMs * 0.4);
    });
  });
}

/** The colleague takes the call over. */
export function consultTransfer(world: World, call: Call, talkMs: number): void {
  consultFirst(world, call, talkMs, (colleague) => {
    const { contact } = call;
    const isSameMs = contact.isPassedOn;
    if (isSameMs) world.delivery.swapNext("contact");
    const at = handOver(world, call, "consult", isSameMs ? { sequence: 1 } : {});
    if (!isSameMs) wrapUp(world, call, at, world.random.chance(0.5), true);
    takeOver(world, colleague, isSameMs);
    if (isSameMs) wrapUp(world, call, at, false);
    world.talk(colleague);
  });
}

function takeOver(world: World, colleague: Call, isSameMs: boolean): void {
  const { contact, session, channel } = colleague;
  const when = isSameMs ? { isSameMs, sequence: 2 } : { after: 400 };
  const at = begin(world, contact, "connected", "connected", { session, ...when });
  if (isSameMs) {
    const details = { contact_id: contact.id, at_ms: at, events: ["transferred", "connected"] };
    world.book.fault({ fault: "same-millisecond", ...details, expect: "the order that their sequence says" });
  }
  enter(world, channel, "connected", "connected", { after: 420, more: aboutContact(colleague) });
}

/** Three talk together; in some cases without asking the colleague before. */
export function conference(world: World, call: Call, talkMs: number): void {
  const isDirect = world.random.chance(0.25);
  const join = (colleague: Call): void => {
    startConference(world, call, colleague);
    laterBy(world, world.random.around(70 * SECOND, 0.5), () => {
      finish(
        world,
        call.contact,
        "conference",
        tell(world, call.contact, "conference-done", { session: call.session }),
      );
      enter(world, call.channel, "conference-done", null, { after: 2, more: aboutContact(call) });
      release(world, colleague.session, colleague.channel);
      laterBy(world, world.random.whole(200, 1500), () => {
        if (world.random.chance(0.4)) return endCall(world, call);
        endHold(world, call);
        plain(world, call, talkMs * 0.3);
      });
    });
  };
  if (isDirect) withColleague(world, call, talkMs, join);
  else consultFirst(world, call, talkMs, join);
}

function startConference(world: World, call: Call, colleague: Call): void {
  const { contact, session, channel } = call;
  const at = begin(world, contact, "conference", "conferencing", { session });
  for (const measure of ["hold", "consult", "connected", "talk"] as const) finish(world, contact, measure, at);
  enter(world, channel, "conferencing", "conference", { after: 4, more: aboutContact(call) });
  enter(world, colleague.channel, "conferencing", "conference", { after: 6, more: aboutContact(call) });
}

/** A conference that tells of its end after the customer is back: the event sequence table does not accept it. */
export function conferenceOutOfOrder(world: World, call: Call, talkMs: number): void {
  consultFirst(world, call, talkMs, (colleague) => {
    startConference(world, call, colleague);
    laterBy(world, world.random.around(50 * SECOND, 0.5), () => {
      const { contact, session, channel } = call;
      const found = { kind: "not-accepted", severity: "warning" } as const;
      begin(world, contact, "talk", "hold-done", { session, violation: { state: "conferencing", ...found } });
      const violation = { state: "hold-done", ...found };
      finish(world, contact, "conference", tell(world, contact, "conference-done", { session, after: 200, violation }));
      enter(world, channel, "hold-done", "connected", { after: 205, more: aboutContact(call) });
      release(world, colleague.session, colleague.channel);
      plain(world, call, talkMs * 0.3);
    });
  });
}

/** A consult to an entry point whose own leg is told within the contact, in an order that is not accepted. */
export function consultEntryPoint(world: World, call: Call, talkMs: number): void {
  const { contact, session, channel } = call;
  const found = { kind: "not-accepted", severity: "warning" } as const;
  const more = aboutContact(call);
  laterBy(world, talkMs * 0.5, () => {
    startHold(world, call, true);
    begin(world, contact, "consult", "consulting", { session, after: 2000, hasEnd: true });
    enter(world, channel, "consulting", "consult", { after: 2004, more });
    tell(world, contact, "new", { after: 2600, violation: { state: "consulting", ...found } });
    begin(world, contact, "ringing", "connect", { after: 2900 });
    const at = begin(world, contact, "connected", "connected", { after: 5200, hasEnd: true });
    finish(world, contact, "ringing", at);
  });
  laterBy(world, talkMs * 0.5 + 42 * SECOND, () => {
    const at = tell(world, contact, "consult-done", { session, violation: { state: "connected", ...found } });
    for (const measure of ["consult", "connected"] as const) finish(world, contact, measure, at);
    tell(world, contact, "ended", { after: 400 });
    const violation = { state: "ended", ...found };
    finish(world, contact, "hold", begin(world, contact, "talk", "hold-done", { session, after: 900, violation }));
    enter(world, channel, "hold-done", "connected", { after: 905, more });
    plain(world, call, talkMs * 0.4);
  });
}

/** The customer on hold, the colleague rung and on the line: then it goes on. Without a free colleague it stays a plain call. */
function consultFirst(world: World, call: Call, talkMs: number, then: (colleague: Call) => void): void {
  withColleague(world, call, talkMs, (colleague) => {
    const { contact, session, channel } = call;
    startHold(world, call);
    tell(world, contact, "consult", { session, after: 700 });
    enter(world, colleague.channel, "available-consult-reserved", null, { after: 900, more: aboutContact(call) });
    laterBy(world, world.random.whole(3500, 9000), () => {
      begin(world, contact, "consult", "consulting", { session });
      enter(world, channel, "consulting", "consult", { after: 2, more: aboutContact(call) });
      enter(world, colleague.channel, "available-consulting", "consult", { after: 5, more: aboutContact(call) });
      laterBy(world, world.random.around(38 * SECOND, 0.5), () => then(colleague));
    });
  });
}

function withColleague(world: World, call: Call, talkMs: number, then: (colleague: Call) => void): void {
  laterBy(world, talkMs * 0.5, () => {
    const colleague = colleagueFor(world, call);
    if (colleague === null) return plain(world, call, talkMs * 0.5);
    colleague.channel.hasWork = true;
    world.settle(colleague.session);
    then(colleague);
  });
}
