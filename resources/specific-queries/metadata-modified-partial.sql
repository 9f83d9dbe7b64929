SELECT
    Collection.coll_name AS coll_name,
    Data.data_name AS data_name,
    Data.data_id AS data_id,
    Metadata.meta_id AS meta_id,
    Metadata.meta_attr_name AS meta_attr_name,
    Metadata.meta_attr_value AS meta_attr_value,
    Metadata.meta_attr_unit AS meta_attr_unit,
    MetadataMap.modify_ts AS meta_modify_ts
FROM R_OBJT_METAMAP MetadataMap
JOIN R_META_MAIN Metadata ON Metadata.meta_id = MetadataMap.meta_id
JOIN R_DATA_MAIN Data ON Data.data_id = MetadataMap.object_id
JOIN R_COLL_MAIN Collection ON Collection.coll_id = Data.coll_id
WHERE CAST(MetadataMap.modify_ts AS DECIMAL(20)) > CAST(? AS DECIMAL(20))
    AND CAST(MetadataMap.modify_ts AS DECIMAL(20)) <= CAST(? AS DECIMAL(20))
