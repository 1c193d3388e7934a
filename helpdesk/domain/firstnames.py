"""First names usual in Chile, Ecuador and Peru, without accents: what tells a name from any other word."""

FIRST_NAMES = frozenset(
    """
    abel abigail abraham adela adolfo adrian adriana agustin agustina aida alan alba alberto alejandra alejandro
    alex alexander alexandra alexis alfonso alfredo alicia alonso alvaro amalia amanda amelia amparo ana anabel
    anahi andrea andres angel angela angelica anibal anita antonella antonia antonio ariel armando arturo augusto aurora
    barbara bastian beatriz belen benjamin bernarda bernardo bertha betty bianca blanca boris brenda bruno byron
    camila camilo carla carlos carmen carolina catalina cecilia celia cesar christian claudia claudio clara
    constanza consuelo cristian cristina cristobal dalia damian daniel daniela dario david dayana debora delia denis
    denisse diana diego dolores domingo dora doris edgar edison edith edmundo eduardo edwin efrain elba elena eliana
    elias elisa elizabeth elsa elvira emilia emilio emma enrique erica erika ernesto esperanza esteban estela ester
    esther eugenia eugenio eva evelyn ezequiel fabian fabiola fabricio fanny fatima federico felipe felix fernanda
    fernando flor florencia francisca francisco franco franklin freddy gabriel gabriela galo genesis genoveva geovanny
    gerardo german gilberto gina giovanni gisela gladys gloria gonzalo graciela gregorio grace guadalupe guillermo
    gustavo hector henry hernan hilda homero hugo humberto ignacio ines ingrid irene iris irma isaac isabel isidora
    ismael israel ivan ivonne jacinto jacqueline jaime jairo janet javier jeaneth jefferson jenny jessica jesus jhon
    jimena joaquin joel johanna john jonathan jorge jose josefa josefina joselyn juan juana julia julian juliana julio
    karen karina karla katherine katia katty kevin laura leandro leila leonardo leonel leonor leticia lida lidia
    lilia liliana lina lizeth lorena lorenzo lourdes lucas lucia luciana lucy luis luisa lupe luz magaly magdalena
    manuel manuela marcela marcelo marcia marco marcos margarita maria mariana mariano maribel maricruz mariela marina
    mario marisol maritza marlene marlon marta martha martin martina mateo matias mauricio maximo mayra melissa
    mercedes mery micaela miguel milagros milton mireya miriam monica monserrat nadia nancy natalia nataly nathaly
    nelly nelson nestor nicolas nicole nicolasa noelia noemi nora norma octavio ofelia olga omar orlando oscar osvaldo
    pablo pamela paola pascual patricia patricio paula paulina paulo pedro pilar priscila rafael ramiro ramon raquel
    raul rebeca renata renato rene ricardo rita robert roberto rocio rodolfo rodrigo rogelio rolando roman romina
    ronald rosa rosalia rosana rosario rosaura rossana roxana ruben rut ruth salome salvador samuel sandra santiago
    sara saul sebastian segundo sergio silvana silvia silvio simon sofia sonia stefania susana tamara tania tatiana
    telmo teodoro teresa tomas trinidad ursula valentin valentina valeria vanessa veronica vicente victor victoria
    vilma vinicio viviana walter washington wendy wilmer wilson wladimir ximena xavier xiomara yadira yamileth yanet
    yesenia yolanda yuri zoila
    """.split()
)
