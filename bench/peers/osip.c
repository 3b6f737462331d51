/* osip2: osip_message_parse() decodes the headers that have a structure of their own and names the others. */
#include "harness.h"

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <stdlib.h>
#include <string.h>

struct fields {
  osip_via_t *via;
  osip_uri_param_t *branch, *from_tag, *to_tag;
  osip_header_t *max_forwards, *supported, *user_agent;
  osip_contact_t *contact;
  osip_body_t *body;
  osip_allow_t *allow;
};

void peer_start(void) {
  if (parser_init() != 0) abort();
}

static osip_message_t *parse(const char *bytes, size_t length) {
  osip_message_t *message = NULL;
  if (osip_message_init(&message) != 0) return NULL;
  if (osip_message_parse(message, bytes, length) == 0 && message->from && message->to && message->call_id &&
      message->cseq)
    return message;
  osip_message_free(message);
  return NULL;
}

static struct fields find(osip_message_t *message) {
  struct fields found;
  memset(&found, 0, sizeof found);
  osip_message_get_via(message, 0, &found.via);
  if (found.via != NULL) osip_via_param_get_byname(found.via, "branch", &found.branch);
  osip_from_get_tag(message->from, &found.from_tag);
  osip_to_get_tag(message->to, &found.to_tag);
  osip_message_header_get_byname(message, "max-forwards", 0, &found.max_forwards);
  osip_message_get_supported(message, 0, &found.supported);
  osip_message_get_user_agent(message, 0, &found.user_agent);
  osip_message_get_contact(message, 0, &found.contact);
  osip_message_get_body(message, 0, &found.body);
  osip_message_get_allow(message, 0, &found.allow);
  return found;
}

static size_t url_sum(const osip_uri_t *url) {
  return url == NULL ? 0 : length_of(url->username) + length_of(url->host) + length_of(url->port);
}

static size_t value_sum(const osip_header_t *header) {
  return header == NULL ? 0 : length_of(header->hvalue);
}

static size_t param_sum(const osip_uri_param_t *param) {
  return param == NULL ? 0 : length_of(param->gvalue);
}

size_t peer_read(const char *bytes, size_t length) {
  osip_message_t *message = parse(bytes, length);
  if (message == NULL) return 0;
  struct fields found = find(message);
  size_t sum = length_of(message->sip_method) + (size_t)message->status_code + url_sum(message->req_uri);
  sum += length_of(message->call_id->number) + length_of(message->call_id->host);
  sum += (size_t)atol(message->cseq->number);
  sum += url_sum(message->from->url) + param_sum(found.from_tag);
  sum += url_sum(message->to->url) + param_sum(found.to_tag);
  sum += param_sum(found.branch);
  if (found.via != NULL) sum += length_of(found.via->host) + length_of(found.via->port);
  if (found.contact != NULL) sum += url_sum(found.contact->url);
  if (message->content_type != NULL) sum += length_of(message->content_type->type);
  sum += value_sum(found.max_forwards) + value_sum(found.supported) + value_sum(found.user_agent);
  sum += found.allow == NULL ? 0 : length_of(found.allow->value);
  if (found.body != NULL) sum += found.body->length;
  osip_message_free(message);
  return sum;
}

static void field_url(const char *name, const osip_uri_t *url) {
  char *text = NULL;
  if (url != NULL) osip_uri_to_str(url, &text);
  field(name, text);
  osip_free(text);
}

static void field_param(const char *name, const osip_uri_param_t *param) {
  field(name, param == NULL ? NULL : param->gvalue);
}

static void field_header(const char *name, const osip_header_t *header) {
  field(name, header == NULL ? NULL : header->hvalue);
}

/* Call-ID and media type come in two halves. */
static void field_pair(const char *name, const char *left, const char *between, const char *right) {
  char text[512] = "";
  if (length_of(left) + length_of(right) + 2 > sizeof text) abort();
  if (left != NULL) strcat(text, left);
  if (right != NULL) strcat(strcat(text, between), right);
  field(name, text);
}

/* Values of repeated or comma-joined lines are kept one by one. */
static void field_allow(osip_message_t *message) {
  char text[1024] = "";
  osip_allow_t *value = NULL;
  for (int at = 0; osip_message_get_allow(message, at, &value) >= 0 && value != NULL; at++, value = NULL) {
    if (strlen(text) + length_of(value->value) + 3 > sizeof text) abort();
    strcat(strcat(text, at == 0 ? "" : ", "), value->value);
  }
  field("allow", text);
}

static void field_supported(osip_message_t *message) {
  char text[1024] = "";
  osip_header_t *header = NULL;
  for (int at = 0, next; (next = osip_message_get_supported(message, at, &header)) >= 0 && header != NULL;
       at = next + 1, header = NULL) {
    if (strlen(text) + length_of(header->hvalue) + 3 > sizeof text) abort();
    strcat(strcat(text, at == 0 ? "" : ", "), header->hvalue);
  }
  field("supported", text);
}

int peer_fields(const char *bytes, size_t length) {
  osip_message_t *message = parse(bytes, length);
  if (message == NULL) return 0;
  struct fields found = find(message);
  if (message->sip_method != NULL) field("start", message->sip_method);
  else field_number("start", message->status_code);
  field_url("requestUri", message->req_uri);
  field_pair("callId", message->call_id->number, "@", message->call_id->host);
  field_url("fromUri", message->from->url);
  field_param("fromTag", found.from_tag);
  field_url("toUri", message->to->url);
  field_param("toTag", found.to_tag);
  field("cseq", message->cseq->number);
  field_param("branch", found.branch);
  field("viaHost", found.via == NULL ? NULL : found.via->host);
  field("viaPort", found.via == NULL || found.via->port == NULL ? "0" : found.via->port);
  if (found.max_forwards != NULL) field_header("maxForwards", found.max_forwards);
  else field_number("maxForwards", -1);
  field_url("contactUri", found.contact == NULL ? NULL : found.contact->url);
  if (message->content_type == NULL) field("contentType", NULL);
  else field_pair("contentType", message->content_type->type, "/", message->content_type->subtype);
  field_allow(message);
  field_supported(message);
  field_header("userAgent", found.user_agent);
  if (found.body == NULL) field("body", NULL);
  else field_bytes("body", found.body->body, found.body->length);
  osip_message_free(message);
  return 1;
}
