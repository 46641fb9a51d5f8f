"""Calls the API with the client that openapi-generator makes for Python. Prints one line of JSON for each step."""

import json
import os

import openapi_client
from openapi_client import ApiException, TicketCreate, TicketPriority

team = os.environ["CSTAR_TEAM"]
keeps_state = os.environ["CSTAR_STATE"] == "yes"
configuration = openapi_client.Configuration(host=os.environ["CSTAR_URL"], access_token=os.environ["CSTAR_KEY"])
tickets = openapi_client.TicketsApi(openapi_client.ApiClient(configuration))
title = f"Made by Python {os.getpid()}"
created = None


def step(name, run):
    try:
        seen = run()
        print(json.dumps({"step": name, "ok": seen is True, "seen": None if seen is True else repr(seen)}))
    except Exception as error:  # any failure of the client is a finding
        print(json.dumps({"step": name, "ok": False, "seen": f"{type(error).__name__}: {error}"[:300]}))


def error_of(call):
    try:
        return call()
    except ApiException as error:
        return error.status, error.data.error.code.value


def list_tickets():
    page = tickets.list_tickets(team, page_size=5)
    return len(page.data) > 0 and page.pagination.page_size == 5 and page.data[0].id.startswith("tkt_") or page


def create():
    global created
    created = tickets.create_ticket(team, TicketCreate(title=title, priority=TicketPriority.URGENT)).data
    return not keeps_state or (created.title, created.priority.value) == (title, "urgent") or created


def get(id):
    return tickets.get_ticket(team, id).data.id == created.id


def filtered():
    rows = tickets.list_tickets(team, priority=TicketPriority.URGENT, search=title).data
    return not keeps_state or [row.id for row in rows] == [created.id] or rows


step("list", list_tickets)
step("create", create)
step("get by id", lambda: get(created.id))
step("get by UUID", lambda: get(created.uuid))
step("filter", filtered)
step("error 404", lambda: error_of(lambda: tickets.get_ticket(team, "00000000-0000-4000-8000-000000000000")) == (404, "resource_missing"))
step("error 400", lambda: error_of(lambda: tickets.list_tickets(team, page=9999, page_size=100)) == (400, "parameter_invalid"))
