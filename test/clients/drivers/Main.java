// Calls the API with the client that openapi-generator makes for Java. Prints one line of JSON for each step.
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.JSON;
import org.openapitools.client.api.TicketsApi;
import org.openapitools.client.model.Ticket;
import org.openapitools.client.model.TicketCreate;
import org.openapitools.client.model.TicketPage;
import org.openapitools.client.model.TicketPriority;

public final class Main {
  private static final String TEAM = System.getenv("CSTAR_TEAM");
  private static final boolean KEEPS_STATE = System.getenv("CSTAR_STATE").equals("yes");
  private static final String TITLE = "Made by Java " + ProcessHandle.current().pid();
  private static final TicketsApi TICKETS = tickets();
  private static Ticket created;

  private interface Step {
    /** Gives true, or what was seen in its place. */
    Object run() throws Exception;
  }

  public static void main(String[] arguments) {
    step("list", () -> {
      TicketPage page = list(1, 5, null, null);
      List<Ticket> rows = page.getData();
      return !rows.isEmpty() && page.getPagination().getPageSize() == 5 && rows.get(0).getId().startsWith("tkt_") ? true : page;
    });
    step("create", () -> {
      TicketCreate body = new TicketCreate().title(TITLE).priority(TicketPriority.URGENT);
      created = TICKETS.createTicket(TEAM, body, null, null).getData();
      boolean isSame = created.getTitle().equals(TITLE) && created.getPriority() == TicketPriority.URGENT;
      return !KEEPS_STATE || isSame ? true : created;
    });
    step("get by id", () -> get(created.getId()));
    step("get by UUID", () -> get(created.getUuid()));
    step("filter", () -> {
      List<String> ids = list(1, 20, TicketPriority.URGENT, TITLE).getData().stream().map(Ticket::getId).collect(Collectors.toList());
      return !KEEPS_STATE || ids.equals(Arrays.asList(created.getId())) ? true : ids;
    });
    step("error 404", () -> failure("404 resource_missing", () -> get("00000000-0000-4000-8000-000000000000")));
    step("error 400", () -> failure("400 parameter_invalid", () -> list(9999, 100, null, null)));
    System.exit(0); // the HTTP library keeps threads
  }

  private static TicketsApi tickets() {
    ApiClient client = new ApiClient().setBasePath(System.getenv("CSTAR_URL"));
    client.setBearerToken(System.getenv("CSTAR_KEY"));
    return new TicketsApi(client);
  }

  private static TicketPage list(int page, int pageSize, TicketPriority priority, String search) throws ApiException {
    return TICKETS.listTickets(TEAM, page, pageSize, null, null, priority, null, null, null, search, null);
  }

  private static Object get(String id) throws ApiException {
    String found = TICKETS.getTicket(TEAM, id, null).getData().getId();
    return found.equals(created.getId()) ? true : found;
  }

  private static Object failure(String expected, Step call) throws Exception {
    try {
      return call.run();
    } catch (ApiException failure) {
      org.openapitools.client.model.Error body =
          JSON.getGson().fromJson(failure.getResponseBody(), org.openapitools.client.model.Error.class);
      String seen = failure.getCode() + " " + body.getError().getCode().getValue();
      return seen.equals(expected) ? true : seen;
    }
  }

  private static void step(String name, Step step) {
    Object seen;
    try {
      seen = step.run();
    } catch (Exception failure) {
      seen = failure;
    }
    boolean isRight = Boolean.TRUE.equals(seen);
    String text = String.valueOf(seen);
    System.out.println(JSON.getGson().newBuilder().serializeNulls().create().toJson(Map.of(
        "step", name, "ok", isRight, "seen", isRight ? "" : text.substring(0, Math.min(text.length(), 300)))));
  }
}
