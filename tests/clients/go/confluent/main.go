// SPDX-License-Identifier: Apache-2.0

// The walk of confluent-kafka-go's client for the registry. The URL of an empty registry is the only argument.
package main

import (
	"encoding/json"
	"errors"
	"os"
	"slices"

	sr "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rest"

	. "schemad.test/walks/walk"
)

func fresh() sr.Client {
	return Must(sr.NewClient(sr.NewConfig(os.Args[1])))
}

func avro(text string) sr.SchemaInfo {
	return sr.SchemaInfo{Schema: text, SchemaType: "AVRO"}
}

func with(text string, properties map[string]string) sr.SchemaInfo {
	info := avro(text)
	info.Metadata = &sr.Metadata{Properties: properties}
	return info
}

// refused panics unless the error is the registry's, with that code.
func refused(code int, err error) {
	var said *rest.Error
	if !errors.As(err, &said) {
		panic(err)
	}
	Same(said.Code, code)
}

func second[T any](_ T, err error) error {
	return err
}

func sameJSON(got, wanted string) {
	var one, other any
	if err := errors.Join(json.Unmarshal([]byte(got), &one), json.Unmarshal([]byte(wanted), &other)); err != nil {
		panic(err)
	}
	Same(one, other)
}

func main() {
	client := fresh()
	Run([]Check{
		{"register", func() {
			full := Must(client.RegisterFullResponse("register", avro(User), false))
			Same(full.ID, 1)
			Same(Must(fresh().Register("register", avro(User), false)), 1)
			Same(Must(client.Register("register", avro(Wider), true)), 2)
			Same(Must(client.Register("a/b c%d+e:ü", avro(User), false)), 1)
		}},
		{"lookup", func() {
			Must(client.Register("lookup", avro(User), false))
			Same(Must(fresh().GetID("lookup", avro(User), false)), 1)
			Same(Must(fresh().GetIDFullResponse("lookup", avro(User), true)).Version, 1)
			Same(Must(fresh().GetVersionIncludeDeleted("lookup", avro(User), false, true)), 1)
			refused(40403, second(fresh().GetID("lookup", avro(Wider), false)))
			refused(40401, second(fresh().GetID("none", avro(User), false)))
		}},
		{"ids", func() {
			full := Must(client.RegisterFullResponse("ids", avro(User), false))
			sameJSON(Must(fresh().GetBySubjectAndID("ids", 1)).Schema, User)
			sameJSON(Must(fresh().GetByGUID(full.GUID)).Schema, User)
			holders := Must(client.GetSubjectsAndVersionsByID(1))
			Same(slices.Contains(holders, sr.SubjectAndVersion{Subject: "ids", Version: 1}), true)
		}},
		{"versions", func() {
			Must(client.Register("versions", avro(User), false))
			Must(client.Register("versions", avro(Wider), false))
			Same(Must(client.GetAllVersions("versions")), []int{1, 2})
			Same(Must(client.GetSchemaMetadataIncludeDeleted("versions", 2, true)).ID, 2)
			Same(slices.Contains(Must(client.GetAllSubjects()), "versions"), true)
		}},
		{"latest", func() {
			Must(client.Register("latest", with(User, map[string]string{"major": "1"}), false))
			Must(client.Register("latest", with(Wider, map[string]string{"major": "2"}), false))
			Same(Must(client.GetLatestSchemaMetadata("latest")).Version, 2)
			Same(Must(client.GetLatestWithMetadata("latest", map[string]string{"major": "1"}, false)).Version, 1)
			refused(40403, second(client.GetLatestWithMetadata("latest", map[string]string{"major": "3"}, false)))
		}},
		{"metadata", func() {
			info := with(User, map[string]string{"owner": "Ada", "team": "ä"})
			info.Metadata.Tags = map[string][]string{"test.User.name": {"A", "PII"}}
			Must(client.Register("metadata", info, false))
			Same(Must(fresh().GetLatestSchemaMetadata("metadata")).Metadata, info.Metadata)
		}},
		{"compatibility", func() {
			Must(client.Register("compatibility", avro(User), false))
			Same(Must(client.TestSubjectCompatibility("compatibility", avro(Wider))), true)
			Same(Must(client.TestSubjectCompatibility("compatibility", avro(Broken))), false)
			Same(Must(client.TestCompatibility("compatibility", 1, avro(Broken))), false)
		}},
		{"config", func() {
			Same(Must(client.GetDefaultCompatibility()), sr.Compatibility(sr.Backward))
			Must(client.UpdateDefaultCompatibility(sr.Full))
			Same(Must(client.GetDefaultConfig()).CompatibilityLevel, sr.Compatibility(sr.Full))
			Must(client.UpdateDefaultCompatibility(sr.Backward))
			refused(40408, second(client.GetCompatibility("config")))
			Same(Must(client.GetConfig("config", true)).CompatibilityLevel, sr.Compatibility(sr.Backward))
			Must(client.UpdateConfig("config", sr.ServerConfig{CompatibilityUpdate: sr.Forward,
				CompatibilityGroup: "major",
				DefaultMetadata:    &sr.Metadata{Properties: map[string]string{"owner": "Ada"}}}))
			config := Must(client.GetConfig("config", false))
			Same(config.CompatibilityGroup, "major")
			Same(config.DefaultMetadata.Properties, map[string]string{"owner": "Ada"})
		}},
		{"deletes", func() {
			Must(client.Register("deletes", avro(User), false))
			Must(client.Register("deletes", avro(Wider), false))
			Same(Must(client.DeleteSubjectVersion("deletes", 1, false)), 1)
			Same(Must(client.DeleteSubjectVersion("deletes", 1, true)), 1)
			Same(Must(client.DeleteSubject("deletes", false)), []int{2})
			Same(Must(client.DeleteSubject("deletes", true)), []int{2})
			refused(40401, second(client.DeleteSubject("deletes", false)))
		}},
		{"references", func() {
			Must(client.Register("address", avro(Address), false))
			info := avro(House)
			info.References = []sr.Reference{{Name: "test.Address", Subject: "address", Version: 1}}
			Must(client.Register("references", info, false))
			Same(Must(fresh().GetLatestSchemaMetadata("references")).References, info.References)
			refused(42206, second(client.DeleteSubjectVersion("address", 1, false)))
		}},
		{"rules", func() {
			info := with(User, map[string]string{"major": "1"})
			info.RuleSet = &sr.RuleSet{
				MigrationRules: []sr.Rule{{Name: "up", Kind: "TRANSFORM", Mode: "UPGRADE", Type: "JSONATA",
					Expr: "$merge([$, {'title': name}])"}},
				DomainRules: []sr.Rule{{Name: "check", Doc: "d", Kind: "CONDITION", Mode: "WRITE", Type: "CEL",
					Tags: []string{"PII"}, Params: map[string]string{"a": "1"}, Expr: "message.name != ''",
					OnSuccess: "NONE", OnFailure: "ERROR", Disabled: true}}}
			Must(client.Register("rules", info, false))
			Same(Must(fresh().GetLatestSchemaMetadata("rules")).RuleSet, info.RuleSet)
		}},
		{"contexts", func() {
			Same(Must(client.Register(":.walk:contexts", avro(Other), false)), 1)
			Same(Must(client.GetAllContexts()), []string{".", ".walk"})
			sameJSON(Must(fresh().GetBySubjectAndID(":.walk:contexts", 1)).Schema, Other)
		}},
		{"errors", func() {
			Must(client.Register("errors", avro(User), false))
			refused(40403, second(fresh().GetBySubjectAndID("errors", 99)))
			refused(40402, second(client.GetSchemaMetadata("errors", 9)))
			refused(42202, second(client.GetSchemaMetadata("errors", 0)))
			refused(42201, second(client.Register("errors", avro("nonsense"), false)))
			refused(40901, second(client.Register("errors", avro(Broken), false)))
		}},
	})
}
