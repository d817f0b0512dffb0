// SPDX-License-Identifier: Apache-2.0
// The walk of @confluentinc/schemaregistry. The URL of an empty registry is the only argument.
'use strict';

const {
    AvroDeserializer, AvroSerializer, CelExecutor, Compatibility, HeaderSchemaIdSerializer, JsonataExecutor,
    LifecyclePolicy, RuleMode, RuleRegistry, SchemaRegistryClient, SerdeType,
} = require('@confluentinc/schemaregistry');
const { address, assert, broken, failure, house, user, walk, wider } = require('./walk');

const url = process.argv[2];
const fresh = () => new SchemaRegistryClient({ baseURLs: [url], isForward: false });
const client = fresh();
const ada = { name: 'Ada', age: 36 };

const avro = (schema, more = {}) => ({ schema: JSON.stringify(schema), schemaType: 'AVRO', ...more });
const properties = (named) => ({ metadata: { properties: named } });

async function code(promise) {
    const error = await failure(promise);
    return [error.status, error.errorCode];
}

const serializer = (conf) => new AvroSerializer(fresh(), SerdeType.VALUE, conf);
const deserializer = (conf = {}) => new AvroDeserializer(fresh(), SerdeType.VALUE, conf);

walk({
    async register() {
        const full = await client.registerFullResponse('register', avro(user));
        assert.deepEqual([full.id, full.version, full.guid.length], [1, 1, 36]);
        assert.equal(await fresh().register('register', avro(user)), 1);
        assert.equal(await client.register('register', avro(wider), true), 2);
        assert.equal(await client.register('a/b c%d+e:ü', avro(user)), 1);
    },

    async lookup() {
        await client.register('lookup', avro(user));
        assert.equal(await fresh().getId('lookup', avro(user)), 1);
        assert.equal((await fresh().getIdFullResponse('lookup', avro(user), true)).version, 1);
        assert.equal(await fresh().getVersion('lookup', avro(user), false, true), 1);
        assert.deepEqual(await code(client.getId('lookup', avro(wider))), [404, 40403]);
        assert.deepEqual(await code(client.getId('none', avro(user))), [404, 40401]);
    },

    async ids() {
        const { guid } = await client.registerFullResponse('ids', avro(user));
        assert.deepEqual(JSON.parse((await fresh().getBySubjectAndId('ids', 1)).schema), user);
        assert.deepEqual(JSON.parse((await fresh().getBySubjectAndId('ids', 1, 'resolved')).schema), user);
        assert.deepEqual(JSON.parse((await fresh().getByGuid(guid)).schema), user);
    },

    async versions() {
        await client.register('versions', avro(user));
        await client.register('versions', avro(wider));
        assert.deepEqual(await client.getAllVersions('versions'), [1, 2]);
        assert.equal((await client.getSchemaMetadata('versions', 2, true)).id, 2);
        assert.ok((await client.getAllSubjects()).includes('versions'));
    },

    async latest() {
        await client.register('latest', avro(user, properties({ major: '1', 'the owner': 'ä b' })));
        await client.register('latest', avro(wider, properties({ major: '2' })));
        assert.equal((await client.getLatestSchemaMetadata('latest')).version, 2);
        assert.equal((await client.getLatestWithMetadata('latest', { major: '1' })).version, 1);
        assert.deepEqual(await code(client.getLatestWithMetadata('latest', { major: '3' })), [404, 40403]);
    },

    async metadata() {
        const metadata = { tags: { 'test.User.name': ['A', 'PII'] }, properties: { team: 'ä' } };
        await client.register('metadata', avro(user, { metadata }));
        assert.deepEqual((await fresh().getLatestSchemaMetadata('metadata')).metadata, metadata);
    },

    async compatibility() {
        await client.register('compatibility', avro(user));
        assert.equal(await client.testSubjectCompatibility('compatibility', avro(wider)), true);
        assert.equal(await client.testSubjectCompatibility('compatibility', avro(broken)), false);
        assert.equal(await client.testCompatibility('compatibility', 1, avro(broken)), false);
        assert.equal(await client.testSubjectCompatibility('none', avro(broken)), true);
    },

    async config() {
        assert.equal(await client.getDefaultCompatibility(), 'BACKWARD');
        assert.equal(await client.updateDefaultCompatibility(Compatibility.FULL), 'FULL');
        assert.equal((await client.getDefaultConfig()).compatibilityLevel, 'FULL');
        await client.updateDefaultConfig({ compatibility: Compatibility.BACKWARD });
        assert.deepEqual(await code(client.getCompatibility('config')), [404, 40408]);
        const config = { compatibility: Compatibility.FORWARD, compatibilityGroup: 'major', normalize: true,
            defaultMetadata: { properties: { owner: 'Ada' } } };
        assert.deepEqual(await client.updateConfig('config', config), config);
        const { compatibility, ...rest } = config;
        assert.deepEqual(await client.getConfig('config'), { ...rest, compatibilityLevel: compatibility });
        assert.deepEqual(await code(client.updateCompatibility('config', 'SIDEWARD')), [422, 42203]);
    },

    async deletes() {
        await client.register('deletes', avro(user));
        await client.register('deletes', avro(wider));
        assert.equal(await client.deleteSubjectVersion('deletes', 1), 1);
        assert.equal(await client.deleteSubjectVersion('deletes', 1, true), 1);
        assert.deepEqual(await client.deleteSubject('deletes'), [2]);
        assert.ok(!(await client.getAllSubjects()).includes('deletes'));
        assert.deepEqual(await client.deleteSubject('deletes', true), [2]);
        assert.deepEqual(await code(client.deleteSubject('deletes')), [404, 40401]);
    },

    async references() {
        const references = [{ name: 'test.Address', subject: 'address', version: 1 }];
        await client.register('address', avro(address));
        await client.register('references-value', avro(house, { references }));
        assert.deepEqual((await fresh().getLatestSchemaMetadata('references-value')).references, references);
        const conf = { useLatestVersion: true };
        const message = await serializer(conf).serialize('references', { at: { city: 'Rom' } });
        assert.equal((await deserializer().deserialize('references', message)).at.city, 'Rom');
        assert.deepEqual(await code(client.deleteSubjectVersion('address', 1)), [422, 42206]);
    },

    // Two major versions with a field of another name; records move up and down between them.
    async rules() {
        await client.updateConfig('rules-value', { compatibilityGroup: 'major' });
        const newer = { ...user, fields: [{ name: 'title', type: 'string' }, user.fields[1]] };
        const rule = (name, mode, expr) => ({ name, kind: 'TRANSFORM', mode, type: 'JSONATA', expr });
        const ruleSet = { migrationRules: [
            rule('up', RuleMode.UPGRADE,
                "$merge([$sift($, function($v, $k) {$k != 'name'}), {'title': $.'name'}])"),
            rule('down', RuleMode.DOWNGRADE,
                "$merge([$sift($, function($v, $k) {$k != 'title'}), {'name': $.'title'}])")],
        domainRules: [{ name: 'adult', kind: 'CONDITION', mode: RuleMode.WRITE, type: 'CEL',
            expr: 'message.title != "nobody"', onFailure: 'ERROR', doc: 'somebody', tags: ['A'],
            params: { b: '2', a: '1' } }] };
        await client.register('rules-value', avro(user, properties({ major: '1' })));
        await client.register('rules-value', avro(newer, { ...properties({ major: '2' }), ruleSet }));
        const got = (await fresh().getLatestSchemaMetadata('rules-value')).ruleSet;
        assert.deepEqual(got.migrationRules.map((each) => each.name), ['up', 'down']);
        assert.deepEqual(got.domainRules[0].params, { a: '1', b: '2' });

        RuleRegistry.registerRuleExecutor(new JsonataExecutor());
        const using = (major) => ({ useLatestWithMetadata: { major }, autoRegisterSchemas: false });
        let message = await serializer(using('1')).serialize('rules', ada);
        assert.equal((await deserializer(using('2')).deserialize('rules', message)).title, 'Ada');
        RuleRegistry.registerRuleExecutor(new CelExecutor());
        message = await serializer(using('2')).serialize('rules', { title: 'Ada', age: 1 });
        assert.equal((await deserializer(using('1')).deserialize('rules', message)).name, 'Ada');
        await failure(serializer(using('2')).serialize('rules', { title: 'nobody', age: 1 }));
    },

    async contexts() {
        const name = ':.walk:contexts';
        assert.equal(await client.register(name, avro({ ...user, name: 'Other' })), 1);
        assert.equal((await fresh().getLatestSchemaMetadata(name)).subject, name);
        assert.equal(JSON.parse((await fresh().getBySubjectAndId(name, 1)).schema).name, 'Other');
        assert.ok((await client.getAllSubjects()).includes(name));
    },

    async associations() {
        const ask = () =>
            fresh().getAssociationsByResourceName('orders', '-', 'topic', ['value'], null, 0, -1);
        assert.deepEqual(await ask(), []);
        const made = await client.createAssociation({ resourceName: 'orders', resourceNamespace: 'lkc-1',
            resourceId: 'id-1', resourceType: 'topic', associations: [{ subject: ':.lkc-1:orders-value',
                associationType: 'value', lifecycle: LifecyclePolicy.STRONG, schema: avro(user) }] });
        assert.equal(made.associations[0].subject, ':.lkc-1:orders-value');
        assert.deepEqual((await ask()).map((each) => each.resourceId), ['id-1']);
        await serializer({ useLatestVersion: true }).serialize('orders', ada);
        assert.ok(!(await client.getAllSubjects()).includes('orders-value'));   // it follows the association
        await client.deleteAssociations('id-1', 'topic', ['value'], true);
        assert.deepEqual(await ask(), []);
    },

    async serde() {
        await client.register('serde-value', avro(wider));
        const latest = serializer({ useLatestVersion: true });
        const message = await latest.serialize('serde', { ...ada, city: 'Rom' });
        assert.equal(message.subarray(0, 5).toString('hex'), '0000000002');
        assert.equal((await deserializer().deserialize('serde', message)).city, 'Rom');
        const made = await serializer({ autoRegisterSchemas: true }).serialize('serde-made', { name: 'Ada' });
        assert.equal((await deserializer().deserialize('serde-made', made)).name, 'Ada');

        // The guid in a header instead of the id before the record.
        const headers = {};
        const bare = await serializer({ schemaIdSerializer: HeaderSchemaIdSerializer })
            .serialize('serde-made', { name: 'Ada' }, headers);
        assert.deepEqual(Object.keys(headers), ['__value_schema_id']);
        assert.equal((await deserializer().deserialize('serde-made', bare, headers)).name, 'Ada');
    },

    async errors() {
        await client.register('errors', avro(user));
        assert.deepEqual(await code(client.getBySubjectAndId('errors', 99)), [404, 40403]);
        assert.deepEqual(await code(client.getSchemaMetadata('errors', 9)), [404, 40402]);
        assert.deepEqual(await code(client.getSchemaMetadata('errors', 0)), [422, 42202]);
        assert.deepEqual(await code(client.register('errors', { schema: 'nonsense' })), [422, 42201]);
        assert.deepEqual(await code(client.register('errors', avro(broken))), [409, 40901]);
    },
}).then(() => process.exit(0));
