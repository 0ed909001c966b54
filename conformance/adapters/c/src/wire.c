#include "wire.h"

#include <inttypes.h>
#include <stdio.h>

struct reader read_object(json_t *object)
{
    return (struct reader){object, 0, !json_is_object(object)};
}

json_t *take_json(struct reader *r, const char *name)
{
    json_t *value = json_object_get(r->object, name);
    if (value == NULL) r->bad = true;
    else r->taken++;
    return value;
}

json_t *take_object(struct reader *r, const char *name)
{
    json_t *value = take_json(r, name);
    if (!json_is_object(value)) r->bad = true;
    return value;
}

static bytes string_bytes(const json_t *value)
{
    return (bytes){(const uint8_t *)json_string_value(value), json_string_length(value)};
}

bytes take_string(struct reader *r, const char *name)
{
    json_t *value = take_json(r, name);
    if (json_is_string(value)) return string_bytes(value);
    r->bad = true;
    return NO_BYTES;
}

bytes take_hex(struct reader *r, const char *name)
{
    bytes text = take_string(r, name), out = NO_BYTES;
    if (!hex_read((const char *)text.at, text.n, &out)) r->bad = true;
    return r->bad ? NO_BYTES : out;
}

uint64_t take_number(struct reader *r, const char *name)
{
    json_t *value = take_json(r, name);
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return (uint64_t)json_integer_value(value);
    r->bad = true;
    return 0;
}

bool take_bool(struct reader *r, const char *name)
{
    json_t *value = take_json(r, name);
    if (!json_is_boolean(value)) r->bad = true;
    return json_is_true(value);
}

void take_name(struct reader *r, const char *name, struct text *to)
{
    if (!text_set(to, take_string(r, name))) r->bad = true;
}

void take_identifier(struct reader *r, const char *name, struct text *to)
{
    take_name(r, name, to);
    if (to->n == 0) r->bad = true;
}

void take_device(struct reader *r, struct device_id *to)
{
    take_identifier(r, "user_id", &to->user);
    take_identifier(r, "hardware_id", &to->hardware);
}

void take_exactly(struct reader *r, const char *name, uint8_t *to, size_t n)
{
    bytes value = take_hex(r, name);
    if (value.n == n) memcpy(to, value.at, n);
    else r->bad = true;
}

bool all_taken(const struct reader *r)
{
    return !r->bad && r->taken == json_object_size(r->object);
}

bool decimal_read(bytes in, uint64_t most, uint64_t *to, bool *too_large)
{
    *to = 0;
    *too_large = false;
    if (in.n == 0 || (in.n > 1 && in.at[0] == '0')) return false;
    for (size_t i = 0; i < in.n; i++) {
        if (in.at[i] < '0' || in.at[i] > '9') return false;
        unsigned digit = in.at[i] - '0';
        if (*too_large || *to > (most - digit) / 10) *too_large = true;
        else *to = *to * 10 + digit;
    }
    return true;
}

verdict value_read(const struct field *f, json_t *json, bytes *value)
{
    if (!json_is_string(json)) return BAD("a field that is missing or no text");
    bytes text = string_bytes(json);
    if (f->kind == TEXT) {
        *value = text;
        return OK;
    }
    if (f->kind == OCTETS)
        return hex_read((const char *)text.at, text.n, value) ? OK : BAD("not hexadecimal");
    uint64_t number;
    bool too_large;
    if (!decimal_read(text, f->most == 4 ? UINT32_MAX : UINT64_MAX, &number, &too_large))
        return BAD("not decimal");
    *value = too_large        ? NO_BYTES
             : f->most == 4 ? u32_bytes((uint32_t)number)
                            : u64_bytes(number);
    return OK;
}

/* The value of the one key that a payload in this codec has. */
static verdict payload_inside(enum codec codec, json_t *payload, json_t **inside)
{
    *inside = json_object_get(payload, codec == CODEC_BYTES ? "bytes" : "fields");
    if (*inside == NULL || json_object_size(payload) != 1) return BAD("not a payload in the codec");
    if (codec == CODEC_FIELDS)
        return json_is_object(*inside) ? OK : BAD("fields that are no object");
    return json_is_string(*inside) ? OK : BAD("bytes that are no text");
}

static verdict bytes_inside(json_t *inside, bytes *out)
{
    bytes text = string_bytes(inside);
    return hex_read((const char *)text.at, text.n, out) ? OK : BAD("not hexadecimal");
}

verdict payload_read(const struct profile *p, enum codec codec, const struct layout *l,
                     json_t *payload, bytes *values)
{
    json_t *inside;
    TRY(payload_inside(codec, payload, &inside));
    if (codec == CODEC_BYTES) {
        bytes in = NO_BYTES;
        TRY(bytes_inside(inside, &in));
        return decode(p, l, in, values) ? OK : REFUSE("DEV-10");
    }
    size_t known = 0;
    bool fit = true;
    for (size_t i = 0; i < l->n; i++) {
        values[i] = NO_BYTES;
        if (!in_force(p, l->fields[i].rule)) continue;
        TRY(value_read(&l->fields[i], json_object_get(inside, l->fields[i].name), &values[i]));
        fit = fit && fits(&l->fields[i], values[i]);
        known++;
    }
    if (json_object_size(inside) != known) return BAD("a field the message does not have");
    return fit ? OK : REFUSE("DEV-10");
}

json_t *json_hex(bytes in)
{
    return json_string(hex_of(in));
}

json_t *json_text(const struct text *t)
{
    return json_stringn_nocheck(t->at, t->n);
}

json_t *value_write(const struct field *f, bytes value)
{
    if (f->kind == TEXT) return json_stringn_nocheck((const char *)value.at, value.n);
    if (f->kind == OCTETS) return json_hex(value);
    return json_sprintf("%" PRIu64, f->most == 4 ? u32_read(value.at) : u64_read(value.at));
}

static json_t *payload_of(enum codec codec, json_t *inside)
{
    json_t *payload = json_object();
    json_object_set_new(payload, codec == CODEC_BYTES ? "bytes" : "fields", inside);
    return payload;
}

json_t *payload_write(const struct profile *p, enum codec codec, const struct layout *l,
                      const bytes *values)
{
    if (codec == CODEC_BYTES) return payload_of(codec, json_hex(encode(p, l, values)));
    json_t *map = json_object();
    for (size_t i = 0; i < l->n; i++)
        if (in_force(p, l->fields[i].rule))
            json_object_set_new(map, l->fields[i].name, value_write(&l->fields[i], values[i]));
    return payload_of(codec, map);
}

bool packet_split(bytes packet, struct packet *to)
{
    if (packet.n < 16 || u32_read(packet.at + 4) != 0) return false;
    to->number = u32_read(packet.at);
    to->counter = u64_read(packet.at + 8);
    to->body = (bytes){packet.at + 16, packet.n - 16};
    return true;
}

verdict packet_read(enum codec codec, json_t *payload, struct packet *to)
{
    static const struct layout form = {
        "", 3, {{"mk_seq", NUMBER, 4, 4, ALWAYS}, {"counter", NUMBER, 8, 8, ALWAYS},
                {"body", OCTETS, 0, SIZE_MAX, ALWAYS}}};
    json_t *inside;
    bytes values[FIELDS_MAX] = {NO_BYTES};
    TRY(payload_inside(codec, payload, &inside));
    if (codec == CODEC_BYTES) {
        TRY(bytes_inside(inside, values));
        return packet_split(values[0], to) ? OK : REFUSE("MED-01");
    }
    verdict read = payload_read(FORMULAS, codec, &form, payload, values);
    if (read.class == REJECT) return REFUSE("MED-01");
    TRY(read);
    *to = (struct packet){u32_read(values[0].at), u64_read(values[1].at), values[2]};
    return OK;
}

json_t *packet_write(enum codec codec, bytes packet)
{
    if (codec == CODEC_BYTES) return payload_of(codec, json_hex(packet));
    struct packet split = {0, 0, NO_BYTES};
    packet_split(packet, &split);
    json_t *map = json_object();
    json_object_set_new(map, "mk_seq", json_sprintf("%" PRIu32, split.number));
    json_object_set_new(map, "counter", json_sprintf("%" PRIu64, split.counter));
    json_object_set_new(map, "body", json_hex(split.body));
    return payload_of(codec, map);
}
