// Calls the API with the client that openapi-generator makes for Go. Prints one line of JSON for each step.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"

	client "github.com/GIT_USER_ID/GIT_REPO_ID"
)

var (
	team       = os.Getenv("CSTAR_TEAM")
	keepsState = os.Getenv("CSTAR_STATE") == "yes"
	ctx        = context.WithValue(context.Background(), client.ContextAccessToken, os.Getenv("CSTAR_KEY"))
	title      = fmt.Sprintf("Made by Go %d", os.Getpid())
)

func main() {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Getenv("CSTAR_URL")}}
	tickets := client.NewAPIClient(configuration).TicketsAPI
	var created client.Ticket

	step("list", func() error {
		page, _, err := tickets.ListTickets(ctx, team).PageSize(5).Execute()
		if err != nil {
			return err
		}
		return expect(len(page.Data) > 0 && page.Pagination.PageSize == 5 && page.Data[0].Id[:4] == "tkt_", page)
	})
	step("create", func() error {
		body := client.NewTicketCreate(title)
		body.SetPriority(client.URGENT)
		answer, _, err := tickets.CreateTicket(ctx, team).TicketCreate(*body).Execute()
		if err != nil {
			return err
		}
		created = answer.Data
		return expect(!keepsState || (created.Title == title && created.Priority == client.URGENT), created)
	})
	get := func(id string) func() error {
		return func() error {
			answer, _, err := tickets.GetTicket(ctx, team, id).Execute()
			if err != nil {
				return err
			}
			return expect(answer.Data.Id == created.Id, answer.Data.Id)
		}
	}
	step("get by id", get(created.Id))
	step("get by UUID", get(created.Uuid))
	step("filter", func() error {
		page, _, err := tickets.ListTickets(ctx, team).Priority(client.URGENT).Search(title).Execute()
		if err != nil {
			return err
		}
		return expect(!keepsState || (len(page.Data) == 1 && page.Data[0].Id == created.Id), page.Data)
	})
	step("error 404", func() error {
		_, response, err := tickets.GetTicket(ctx, team, "00000000-0000-4000-8000-000000000000").Execute()
		return expectError(response, err, 404, client.RESOURCE_MISSING)
	})
	step("error 400", func() error {
		_, response, err := tickets.ListTickets(ctx, team).Page(9999).PageSize(100).Execute()
		return expectError(response, err, 400, client.PARAMETER_INVALID)
	})
}

func step(name string, run func() error) {
	line := map[string]any{"step": name, "ok": true, "seen": nil}
	if err := run(); err != nil {
		line["ok"], line["seen"] = false, fmt.Sprintf("%.300s", err.Error())
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func expect(isRight bool, seen any) error {
	if isRight {
		return nil
	}
	text, _ := json.Marshal(seen)
	return errors.New(string(text))
}

func expectError(response *http.Response, err error, status int, code client.ErrorCode) error {
	var failure *client.GenericOpenAPIError
	if !errors.As(err, &failure) {
		return fmt.Errorf("no error of the API: %v", err)
	}
	body, isTyped := failure.Model().(client.Error)
	return expect(isTyped && response.StatusCode == status && body.Error.Code == code, string(failure.Body()))
}
