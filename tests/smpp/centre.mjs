// A telephone company's message centre, made with the npm package smpp. It is told what to do by JSON lines on its
// standard input, and tells what happens by JSON lines on its standard output.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const smpp = createRequire(new URL("../../web/package.json", import.meta.url))("smpp");
const account = JSON.parse(process.argv[2]);

let session = null;
let submitStatuses = [];
let holdsSubmits = false;
let cutsAtSubmit = false;
let answersEnquiries = true;
let atBind = [];
const held = [];

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

/** A message as the package has decoded it, from either place that it can stand in. */
const read = (pdu) => {
    const field = pdu.message_payload ?? pdu.short_message;
    return {
        text: field.message,
        header: (field.udh ?? []).map((element) => [...element]),
        octets: (pdu.message_payload ? 0 : pdu.sm_length ?? 0),
        isPayload: pdu.message_payload !== undefined,
    };
};

const submitted = (from, pdu) => {
    const sar = pdu.sar_total_segments
        ? [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum]
        : null;
    const { source_addr, source_addr_ton, source_addr_npi, destination_addr, dest_addr_ton, dest_addr_npi } = pdu;
    const [source, destination] = [
        [source_addr, source_addr_ton, source_addr_npi],
        [destination_addr, dest_addr_ton, dest_addr_npi],
    ];
    const { data_coding: coding, esm_class: esmClass, registered_delivery: receipt } = pdu;
    tell({ event: "submit", source, destination, coding, esmClass, receipt, sar, ...read(pdu) });
    if (cutsAtSubmit) {
        cutsAtSubmit = false;
        from.destroy();
    } else if (holdsSubmits) {
        held.push([from, pdu]);
    } else {
        const command_status = submitStatuses.shift() ?? 0;
        from.send(pdu.response({ command_status, message_id: "m1" }));
    }
};

const take = (bound) => {
    bound.on("bind_transceiver", (pdu) => {
        const isRight = pdu.system_id === account.systemId && pdu.password === account.password;
        const command_status = isRight ? 0 : smpp.ESME_RINVPASWD;
        bound.send(pdu.response({ command_status, system_id: "centre" }));
        if (isRight) {
            session = bound;
        }
        tell({ event: isRight ? "bound" : "refused", version: pdu.interface_version });
        if (isRight) {
            atBind.splice(0).forEach(deliver);
        }
    });
    bound.on("submit_sm", (pdu) => submitted(bound, pdu));
    bound.on("enquire_link", (pdu) => {
        if (answersEnquiries) {
            bound.send(pdu.response());
        }
    });
    bound.on("unbind", (pdu) => {
        tell({ event: "unbind" });
        bound.send(pdu.response());
    });
    bound.on("generic_nack", (pdu) => tell({ event: "nack", status: pdu.command_status }));
    bound.on("close", () => tell({ event: "closed" }));
    bound.on("error", () => bound.destroy());
};

const octets = (hex) => Buffer.from(hex, "hex");

/** What is delivered, with the numbers that every test has, and the response to it. */
const deliver = ({ id, command = "deliver_sm", text, octets: hex, header, payload, ...fields }) => {
    const message = hex === undefined ? { message: text ?? "", ...(header && { udh: octets(header) }) } : octets(hex);
    const place = payload === undefined ? { short_message: message } : { message_payload: { message: payload } };
    const numbers = {
        source_addr: "6757001",
        source_addr_ton: 1,
        source_addr_npi: 1,
        destination_addr: "16321",
        dest_addr_ton: 0,
        dest_addr_npi: 1,
    };
    const coding = { data_coding: 0 };
    session[command]({ ...numbers, ...coding, ...place, ...fields }, (response) => {
        tell({ event: "response", id, status: response.command_status });
    });
};

const orders = {
    // In one go: nothing can come in between.
    deliver: ({ messages }) => messages.forEach(deliver),
    deliverAndCut: ({ messages }) => {
        messages.forEach(deliver);
        session.destroy();
    },
    deliverAtBind: ({ messages }) => (atBind = messages),
    enquire: ({ id }) => session.enquire_link((response) => tell({ event: "response", id, status: response.command_status })),
    raw: ({ octets: hex }) => session.socket.write(octets(hex)),
    throttle: ({ statuses }) => (submitStatuses = statuses),
    hold: () => (holdsSubmits = true),
    release: () => {
        holdsSubmits = false;
        held.splice(0).forEach(([from, pdu]) => from.send(pdu.response({ message_id: "m1" })));
    },
    cutAtSubmit: () => (cutsAtSubmit = true),
    unbind: () => session.unbind(),
    mute: () => (answersEnquiries = false),
    unmute: () => (answersEnquiries = true),
};

const secure = account.certificate && { cert: readFileSync(account.certificate), key: readFileSync(account.key) };
const server = smpp.createServer(secure || {}, take);
server.on("tlsClientError", () => tell({ event: "untrusted" }));
server.listen(account.port ?? 0, "127.0.0.1", () => tell({ event: "listening", port: server.address().port }));

createInterface({ input: process.stdin }).on("line", (line) => {
    const order = JSON.parse(line);
    orders[order.do](order);
}).on("close", () => process.exit(0));
