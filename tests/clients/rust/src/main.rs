// SPDX-License-Identifier: Apache-2.0
//! The walk of schema-registry-client. The URL of an empty registry is the only argument.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Debug;

use apache_avro::types::Value;
use schema_registry_client::rest::apis::Error as Refusal;
use schema_registry_client::rest::client_config::ClientConfig;
use schema_registry_client::rest::models::{
    AssociationCreateOrUpdateInfo, AssociationCreateOrUpdateRequest, CompatibilityLevel, Kind,
    LifecyclePolicy, Metadata, Mode, Rule, RuleSet, Schema, SchemaReference, ServerConfig,
};
use schema_registry_client::rest::schema_registry_client::{Client, SchemaRegistryClient};
use schema_registry_client::serdes::avro::{AvroDeserializer, AvroSerializer};
use schema_registry_client::serdes::config::{DeserializerConfig, SerializerConfig};
use schema_registry_client::serdes::serde::{
    SerdeFormat, SerdeType, SerializationContext, SubjectNameStrategyType,
};

type Checked = Result<(), Box<dyn Error>>;

const FIELDS: &str = r#"{"name":"name","type":"string"},{"name":"age","type":["null","int"],"default":null}"#;

fn user(more: &str) -> Schema {
    avro(&format!(
        r#"{{"type":"record","name":"User","namespace":"test","doc":"naïve ☃","fields":[{FIELDS}{more}]}}"#
    ))
}

fn wider() -> Schema {
    user(r#",{"name":"city","type":"string","default":"?"}"#)
}

fn broken() -> Schema {
    user(r#",{"name":"city","type":"string"}"#)
}

fn avro(text: &str) -> Schema {
    Schema::new(Some("AVRO".to_string()), text.to_string())
}

fn with(schema: Schema, properties: &[(&str, &str)]) -> Schema {
    let properties: BTreeMap<_, _> =
        properties.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let metadata = Metadata { properties: Some(properties), ..Metadata::new() };
    Schema { metadata: Some(Box::new(metadata)), ..schema }
}

fn same<T: Debug + PartialEq>(got: T, wanted: T) -> Checked {
    if got == wanted { Ok(()) } else { Err(format!("got {got:?}, not {wanted:?}").into()) }
}

fn same_json(got: &str, wanted: &str) -> Checked {
    same::<serde_json::Value>(serde_json::from_str(got)?, serde_json::from_str(wanted)?)
}

/// The call is refused by the registry, with that code.
fn refused<T>(code: i32, result: Result<T, Refusal>) -> Checked {
    match result {
        Err(Refusal::ResponseError(said)) => {
            same(said.entity.and_then(|entity| entity.error_code), Some(code))
        }
        Err(other) => Err(other.into()),
        Ok(_) => Err(format!("it is to be refused with {code}").into()),
    }
}

struct Walk {
    url: String,
    client: SchemaRegistryClient,
}

impl Walk {
    /// A client that remembers nothing.
    fn fresh(&self) -> SchemaRegistryClient {
        SchemaRegistryClient::new(ClientConfig::new(vec![self.url.clone()]))
    }

    async fn add(&self, subject: &str, schema: &Schema) -> Result<(i32, i32), Refusal> {
        let made = self.client.register_schema(subject, schema, false).await?;
        Ok((made.id.unwrap_or(0), made.version.unwrap_or(0)))
    }

    async fn register(&self) -> Checked {
        let made = self.client.register_schema("register", &user(""), false).await?;
        same((made.id, made.guid.map(|guid| guid.len())), (Some(1), Some(36)))?;
        same(self.fresh().register_schema("register", &user(""), false).await?.id, Some(1))?;
        same(self.client.register_schema("register", &wider(), true).await?.id, Some(2))?;
        // A blank goes out as a plus, which is a plus in a path.
        same(self.client.register_schema("a/b%d+e:ü", &user(""), false).await?.id, Some(1))
    }

    async fn lookup(&self) -> Checked {
        self.add("lookup", &user("")).await?;
        let found = self.fresh().get_by_schema("lookup", &user(""), true, true).await?;
        same((found.id, found.version), (Some(1), Some(1)))?;
        refused(40403, self.client.get_by_schema("lookup", &wider(), false, false).await)?;
        refused(40401, self.client.get_by_schema("none", &user(""), false, false).await)
    }

    async fn ids(&self) -> Checked {
        let guid = self.client.register_schema("ids", &user(""), false).await?.guid.unwrap_or_default();
        same_json(&self.fresh().get_by_subject_and_id(None, 1, None).await?.schema, &user("").schema)?;
        let resolved = self.fresh().get_by_subject_and_id(Some("ids"), 1, Some("resolved")).await?;
        same_json(&resolved.schema, &user("").schema)?;
        same_json(&self.fresh().get_by_guid(&guid, None).await?.schema, &user("").schema)
    }

    async fn versions(&self) -> Checked {
        self.add("versions", &user("")).await?;
        self.add("versions", &wider()).await?;
        same(self.client.get_all_versions("versions").await?, vec![1, 2])?;
        same(self.client.get_version("versions", 2, true, None).await?.id, Some(2))?;
        same(self.client.get_all_subjects(true).await?.contains(&"versions".to_string()), true)
    }

    async fn latest(&self) -> Checked {
        self.add("latest", &with(user(""), &[("major", "1")])).await?;
        self.add("latest", &with(wider(), &[("major", "2")])).await?;
        same(self.client.get_latest_version("latest", None).await?.version, Some(2))?;
        let major = |value: &str| HashMap::from([("major".to_string(), value.to_string())]);
        let found = self.client.get_latest_with_metadata("latest", &major("1"), false, None).await?;
        same(found.version, Some(1))?;
        refused(40403, self.client.get_latest_with_metadata("latest", &major("3"), false, None).await)
    }

    async fn metadata(&self) -> Checked {
        let schema = with(user(""), &[("owner", "Ada"), ("team", "ä")]);
        self.add("metadata", &schema).await?;
        same(self.fresh().get_latest_version("metadata", None).await?.metadata, schema.metadata)
    }

    async fn config(&self) -> Checked {
        let level = |level| ServerConfig { compatibility: Some(level), ..ServerConfig::new() };
        let default = self.client.get_default_config().await?;
        same(default.compatibility_level, Some(CompatibilityLevel::Backward))?;
        self.client.update_default_config(&level(CompatibilityLevel::Full)).await?;
        let default = self.client.get_default_config().await?;
        same(default.compatibility_level, Some(CompatibilityLevel::Full))?;
        self.client.update_default_config(&level(CompatibilityLevel::Backward)).await?;
        refused(40408, self.client.get_config("config").await)?;
        let wanted = ServerConfig {
            compatibility_group: Some("major".to_string()),
            default_metadata: with(user(""), &[("owner", "Ada")]).metadata,
            ..level(CompatibilityLevel::Forward)
        };
        same(self.client.update_config("config", &wanted).await?, wanted.clone())?;
        let got = self.client.get_config("config").await?;
        same(got.compatibility_level, Some(CompatibilityLevel::Forward))?;
        same(got.default_metadata, wanted.default_metadata)
    }

    async fn deletes(&self) -> Checked {
        self.add("deletes", &user("")).await?;
        self.add("deletes", &wider()).await?;
        same(self.client.delete_subject_version("deletes", 1, false).await?, 1)?;
        same(self.client.delete_subject_version("deletes", 1, true).await?, 1)?;
        same(self.client.delete_subject("deletes", false).await?, vec![2])?;
        same(self.client.get_all_subjects(false).await?.contains(&"deletes".to_string()), false)?;
        same(self.client.delete_subject("deletes", true).await?, vec![2])?;
        refused(40401, self.client.delete_subject("deletes", false).await)
    }

    async fn references(&self) -> Checked {
        let record = |name: &str, field: &str, of: &str| {
            let fields = format!(r#"[{{"name":"{field}","type":"{of}"}}]"#);
            format!(r#"{{"type":"record","name":"{name}","namespace":"test","fields":{fields}}}"#)
        };
        self.add("address", &avro(&record("Address", "city", "string"))).await?;
        let reference = SchemaReference {
            name: Some("test.Address".to_string()),
            subject: Some("address".to_string()),
            version: Some(1),
        };
        let house = avro(&record("House", "at", "test.Address"));
        self.add("references", &Schema { references: Some(vec![reference.clone()]), ..house }).await?;
        same(self.fresh().get_latest_version("references", None).await?.references, Some(vec![reference]))?;
        refused(42206, self.client.delete_subject_version("address", 1, false).await)
    }

    async fn rules(&self) -> Checked {
        let up = Rule {
            kind: Some(Kind::Transform),
            mode: Some(Mode::Upgrade),
            expr: Some("$merge([$, {'title': name}])".to_string()),
            disabled: Some(false),
            ..Rule::new("up", "JSONATA")
        };
        let check = Rule {
            kind: Some(Kind::Condition),
            mode: Some(Mode::Write),
            tags: Some(vec!["PII".to_string()]),
            params: Some(BTreeMap::from([("a".to_string(), "1".to_string())])),
            on_failure: Some("ERROR".to_string()),
            disabled: Some(true),
            ..Rule::new("check", "CEL")
        };
        let rules = RuleSet {
            migration_rules: Some(vec![up]),
            domain_rules: Some(vec![check]),
            ..RuleSet::new()
        };
        let schema = Schema { rule_set: Some(Box::new(rules)), ..user("") };
        self.add("rules", &schema).await?;
        same(self.fresh().get_latest_version("rules", None).await?.rule_set, schema.rule_set)
    }

    async fn contexts(&self) -> Checked {
        let name = ":.walk:contexts";
        same(self.add(name, &avro(r#"{"type":"record","name":"Other","fields":[]}"#)).await?.0, 1)?;
        same(self.fresh().get_latest_version(name, None).await?.subject, Some(name.to_string()))?;
        same(self.client.get_all_subjects(false).await?.contains(&name.to_string()), true)
    }

    async fn associations(&self) -> Checked {
        let request = AssociationCreateOrUpdateRequest {
            resource_name: Some("orders".to_string()),
            resource_namespace: Some("lkc-1".to_string()),
            resource_id: Some("id-1".to_string()),
            resource_type: Some("topic".to_string()),
            associations: Some(vec![AssociationCreateOrUpdateInfo {
                subject: Some(":.lkc-1:orders-value".to_string()),
                association_type: Some("value".to_string()),
                lifecycle: Some(LifecyclePolicy::Strong),
                schema: Some(user("")),
                ..Default::default()
            }]),
        };
        let made = self.client.create_association(&request).await?;
        same(made.associations.unwrap_or_default()[0].subject.as_deref(), Some(":.lkc-1:orders-value"))?;
        self.client.delete_associations("id-1", Some("topic"), Some(&["value"]), true).await?;
        // It reads them where others make them, so no registry lets it.
        let ask = &self.client;
        let read = ask.get_associations_by_resource_name("orders", "-", "topic", &["value"], "", 0, -1);
        refused(405, read.await)
    }

    /// Its default strategy asks for associations first (see there), so the subject is that of the topic.
    async fn serde(&self) -> Checked {
        let context = SerializationContext {
            topic: "serde".to_string(),
            serde_type: SerdeType::Value,
            serde_format: SerdeFormat::Avro,
            headers: None,
        };
        let record = Value::Record(vec![
            ("name".to_string(), Value::String("Ada".to_string())),
            ("age".to_string(), Value::Union(1, Box::new(Value::Int(36)))),
        ]);
        let schema = user("");
        let client = self.fresh();
        let subject_name_strategy_type = SubjectNameStrategyType::Topic;
        let how = SerializerConfig { subject_name_strategy_type, ..SerializerConfig::default() };
        let serializer = AvroSerializer::new(&client, Some(&schema), None, how)?;
        let message = serializer.serialize(&context, record.clone()).await?;
        same(&message[..5], &[0, 0, 0, 0, 1])?;
        let client = self.fresh();
        let how = DeserializerConfig { subject_name_strategy_type, ..DeserializerConfig::default() };
        let deserializer = AvroDeserializer::new(&client, None, how)?;
        same(deserializer.deserialize(&context, &message).await?.value, record)
    }

    async fn errors(&self) -> Checked {
        self.add("errors", &user("")).await?;
        refused(40403, self.client.get_by_subject_and_id(None, 99, None).await)?;
        refused(40402, self.client.get_version("errors", 9, false, None).await)?;
        refused(42202, self.client.get_version("errors", 0, false, None).await)?;
        refused(42201, self.add("errors", &avro("nonsense")).await)?;
        refused(40901, self.add("errors", &broken()).await)
    }
}

fn tell(name: &str, checked: Checked) {
    match checked {
        Ok(()) => println!("ok {name}"),
        Err(error) => println!("not ok {name}: {}", format!("{error} {error:?}").replace('\n', " ")),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("the URL of a registry");
    let client = SchemaRegistryClient::new(ClientConfig::new(vec![url.clone()]));
    let walk = Walk { url, client };
    tell("register", walk.register().await);
    tell("lookup", walk.lookup().await);
    tell("ids", walk.ids().await);
    tell("versions", walk.versions().await);
    tell("latest", walk.latest().await);
    tell("metadata", walk.metadata().await);
    tell("config", walk.config().await);
    tell("deletes", walk.deletes().await);
    tell("references", walk.references().await);
    tell("rules", walk.rules().await);
    tell("contexts", walk.contexts().await);
    tell("associations", walk.associations().await);
    tell("serde", walk.serde().await);
    tell("errors", walk.errors().await);
}
