/* sofia-sip: msg_make() copies the message and parses every header that its SIP class knows. Its UDP transport (tport_recv_dgram) does the same in
   steps: msg_create(), msg_recv_iovec() for the memory that the kernel fills, msg_recv_commit(), msg_extract(). */
#include "harness.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_parser.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/su_wait.h>
#include <stdlib.h>
#include <string.h>

static msg_mclass_t const *sip_class;

void peer_start(void) {
  if (su_init() != 0) abort();
  sip_class = sip_default_mclass();
}

static size_t url_sum(const url_t *url) {
  return length_of(url->url_user) + length_of(url->url_host) + length_of(url->url_port);
}

/* A list header has its values one by one: all of them are looked at. */
static size_t list_sum(msg_param_t const *items) {
  size_t sum = 0;
  for (; items != NULL && *items != NULL; items++) sum += strlen(*items);
  return sum;
}

static int complete(const sip_t *sip) {
  return sip != NULL && !sip->sip_error && sip->sip_via && sip->sip_from && sip->sip_to && sip->sip_call_id &&
         sip->sip_cseq;
}

static size_t take_sum(msg_t *message) {
  const sip_t *sip = message == NULL ? NULL : sip_object(message);
  size_t sum = 0;
  if (complete(sip)) {
    const sip_via_t *via = sip->sip_via;
    if (sip->sip_request) sum += strlen(sip->sip_request->rq_method_name) + url_sum(sip->sip_request->rq_url);
    if (sip->sip_status) sum += (size_t)sip->sip_status->st_status;
    sum += strlen(sip->sip_call_id->i_id) + sip->sip_cseq->cs_seq;
    sum += url_sum(sip->sip_from->a_url) + length_of(sip->sip_from->a_tag);
    sum += url_sum(sip->sip_to->a_url) + length_of(sip->sip_to->a_tag);
    sum += length_of(via->v_branch) + length_of(via->v_host) + length_of(via->v_port);
    if (sip->sip_max_forwards) sum += sip->sip_max_forwards->mf_count;
    if (sip->sip_contact) sum += url_sum(sip->sip_contact->m_url);
    if (sip->sip_content_type) sum += length_of(sip->sip_content_type->c_type);
    if (sip->sip_allow) sum += list_sum(sip->sip_allow->k_items);
    if (sip->sip_supported) sum += list_sum(sip->sip_supported->k_items);
    if (sip->sip_user_agent) sum += length_of(sip->sip_user_agent->g_string);
    if (sip->sip_payload) sum += sip->sip_payload->pl_len;
  }
  msg_destroy(message);
  return sum;
}

size_t peer_read(const char *bytes, size_t length) {
  return take_sum(msg_make(sip_class, 0, bytes, (ssize_t)length));
}

void *peer_open(size_t length, char **room) {
  msg_iovec_t stretch[2];
  msg_t *message = msg_create(sip_class, 0);
  if (message == NULL || msg_recv_iovec(message, stretch, 2, length, 1) != 1) abort();
  *room = stretch[0].siv_base;
  return message;
}

static msg_t *received(void *message, size_t length) {
  msg_recv_commit(message, length, 1);
  if (msg_extract(message) < 0) abort();
  return message;
}

size_t peer_read_open(void *message, size_t length) {
  return take_sum(received(message, length));
}

static void field_url(const char *name, const url_t *url) {
  char *text = url == NULL ? NULL : url_as_string(NULL, url);
  field(name, text);
  su_free(NULL, text);
}

static void field_list(const char *name, msg_param_t const *items) {
  char text[1024] = "";
  for (size_t at = 0; items != NULL && *items != NULL && at < sizeof text; items++) {
    size_t left = sizeof text - at, wanted = strlen(*items) + 2;
    if (wanted >= left) abort();
    strcpy(text + at, at == 0 ? "" : ", ");
    strcat(text + at, *items);
    at = strlen(text);
  }
  field(name, text);
}

static int take_fields(msg_t *message) {
  const sip_t *sip = message == NULL ? NULL : sip_object(message);
  int good = complete(sip);
  if (good) {
    const sip_via_t *via = sip->sip_via;
    if (sip->sip_request) field("start", sip->sip_request->rq_method_name);
    else field_number("start", sip->sip_status->st_status);
    field_url("requestUri", sip->sip_request ? sip->sip_request->rq_url : NULL);
    field("callId", sip->sip_call_id->i_id);
    field_url("fromUri", sip->sip_from->a_url);
    field("fromTag", sip->sip_from->a_tag);
    field_url("toUri", sip->sip_to->a_url);
    field("toTag", sip->sip_to->a_tag);
    field_number("cseq", (long)sip->sip_cseq->cs_seq);
    field("branch", via->v_branch);
    field("viaHost", via->v_host);
    field_number("viaPort", via->v_port ? atol(via->v_port) : 0);
    field_number("maxForwards", sip->sip_max_forwards ? (long)sip->sip_max_forwards->mf_count : -1);
    field_url("contactUri", sip->sip_contact ? sip->sip_contact->m_url : NULL);
    field("contentType", sip->sip_content_type ? sip->sip_content_type->c_type : NULL);
    field_list("allow", sip->sip_allow ? sip->sip_allow->k_items : NULL);
    field_list("supported", sip->sip_supported ? sip->sip_supported->k_items : NULL);
    field("userAgent", sip->sip_user_agent ? sip->sip_user_agent->g_string : NULL);
    field_bytes("body", sip->sip_payload ? sip->sip_payload->pl_data : "",
                sip->sip_payload ? sip->sip_payload->pl_len : 0);
  }
  msg_destroy(message);
  return good;
}

int peer_fields(const char *bytes, size_t length) {
  return take_fields(msg_make(sip_class, 0, bytes, (ssize_t)length));
}

int peer_fields_open(void *message, size_t length) {
  return take_fields(received(message, length));
}
